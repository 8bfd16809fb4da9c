"""The packs app."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Packs and what people said and decided about them."""

    name = "speccomm_web.packs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand over the questions of programs that are answered here."""
        from speccomm_web.packs.interface import QUESTIONS
        from speccomm_web.runs.interface.questions import answer_for_programs

        answer_for_programs(*QUESTIONS)
