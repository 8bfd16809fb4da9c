"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and permissions, and the audit chain."""

    name = "speccomm_web.accounts"
    verbose_name = "People and permissions"

    def ready(self) -> None:
        from speccomm_web.accounts import signals

        signals.connect()
