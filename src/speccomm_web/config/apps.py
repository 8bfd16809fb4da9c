"""The config app: templates of the first page and management commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings and addresses; no records."""

    name = "speccomm_web.config"
