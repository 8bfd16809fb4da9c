"""The app, for Django."""

from django.apps import AppConfig


class ExploreConfig(AppConfig):
    """Explore the store: small cuts worked out on asking."""

    name = "speccomm_web.explore"
    label = "explore"
