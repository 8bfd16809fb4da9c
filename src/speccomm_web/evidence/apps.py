"""The evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Registers of evidence. The store is their home; here is only who wrote which entry."""

    name = "speccomm_web.evidence"
    default_auto_field = "django.db.models.BigAutoField"
