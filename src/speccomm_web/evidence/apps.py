"""The evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Registers of evidence. The store is their home; here is only who wrote which entry."""

    name = "speccomm_web.evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand over the questions of programs that are answered here."""
        from speccomm_web.evidence.interface import QUESTIONS
        from speccomm_web.runs.interface.questions import answer_for_programs

        answer_for_programs(*QUESTIONS)
