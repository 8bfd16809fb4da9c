"""The runs app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RunsConfig(AppConfig):
    """Finished runs and background tasks."""

    name = "speccomm_web.runs"

    def ready(self) -> None:
        # Each app's tasks.py names what its tasks carry out.
        autodiscover_modules("tasks")
