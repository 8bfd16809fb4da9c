"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Questions and answers for programs."""

    name = "speccomm_web.api"

    def ready(self) -> None:
        """Hand over the questions that are answered here."""
        from speccomm_web.api.questions import QUESTIONS
        from speccomm_web.runs.interface.questions import answer_for_programs

        answer_for_programs(*QUESTIONS)
