"""The submissions app."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """Files sent by providers, their findings, versions of slices, and challenges."""

    name = "speccomm_web.submissions"

    def ready(self) -> None:
        """Hand over the questions of programs that are answered here."""
        from speccomm_web.runs.interface.questions import answer_for_programs
        from speccomm_web.submissions.interface import QUESTIONS

        answer_for_programs(*QUESTIONS)
