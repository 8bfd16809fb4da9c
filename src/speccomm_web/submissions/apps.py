"""The submissions app."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """Files sent by providers, their findings, versions of slices, and challenges."""

    name = "speccomm_web.submissions"
