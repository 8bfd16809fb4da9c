"""The packs app."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Packs and what people said and decided about them."""

    name = "speccomm_web.packs"
    default_auto_field = "django.db.models.BigAutoField"
