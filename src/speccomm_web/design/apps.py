"""The design app."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Templates and static files; no records."""

    name = "speccomm_web.design"
