"""Somebody who is signed in and sends forms, in a process that runs beside the application."""

from __future__ import annotations

import time
from typing import Any


class Visitor:
    """Somebody who is signed in and sends forms."""

    def __init__(self, session: str, client: Any) -> None:
        self.session, self.client = session, client

    @classmethod
    def of(cls, person: Any) -> Visitor:
        """A person, signed in."""
        from django.test import Client

        client = Client(HTTP_HOST="localhost")
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        # As far as anybody asks today, the password was given a moment ago.
        given = {"method": "password", "at": time.time() + 86_400, "reauthenticated": True}
        session["account_authentication_methods"] = [given]
        session.save()
        return cls(client.cookies["sessionid"].value, client)

    def post(self, address: str, **fields: Any) -> Any:
        """Send a form that must be taken, and return the answer."""
        answer = self.client.post(address, fields)
        assert answer.status_code in {200, 302}, (
            address,
            answer.status_code,
            answer.content[:3000],
        )
        return answer

    def sent_to(self, address: str, **fields: Any) -> str:
        """The last part of the address that a form which is taken leads to."""
        answer = self.post(address, **fields)
        assert answer.status_code == 302, (address, answer.content.decode()[:6000])
        return str(answer["Location"]).rstrip("/").rpartition("/")[2]


def carry_out_all() -> None:
    """Carry out what waits, as a worker would."""
    from speccomm_web.runs import background
    from speccomm_web.runs.models import BackgroundTask

    waiting = BackgroundTask.objects.filter(stage=BackgroundTask.Stage.WAITING)
    for task_id in list(waiting.order_by("asked_at").values_list("pk", flat=True)):
        background.carry_out.func(str(task_id))
