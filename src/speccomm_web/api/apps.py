"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Questions and answers for programs."""

    name = "speccomm_web.api"
