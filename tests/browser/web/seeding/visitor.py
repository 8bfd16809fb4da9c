"""Somebody who is signed in and sends forms, in a process that runs beside the application."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

DAY = 86_400  # seconds


class Visitor:
    """Somebody who is signed in and sends forms."""

    def __init__(self, session: str, client: Any) -> None:
        self.session, self.client = session, client

    @classmethod
    def of(cls, person: Any) -> Visitor:
        """A person who signed in an hour ago and, for all of today, has just given the password."""
        from allauth.account.internal.flows import login
        from allauth.account.internal.userkit import user_id_to_str
        from django.test import Client
        from django.utils import timezone

        from speccomm_web.accounts.middleware import BEGAN, SEEN

        client = Client(HTTP_HOST="localhost")
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        session, now = client.session, timezone.now()
        given = {"method": "password", "at": time.time() + DAY, "reauthenticated": True}
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [given]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(person)
        session[BEGAN] = (now - timedelta(hours=1)).isoformat()
        session[SEEN] = now.isoformat()
        session.save()
        return cls(client.cookies["sessionid"].value, client)

    def post(self, address: str, **fields: Any) -> Any:
        """Send a form that must be taken, and return the answer."""
        answer = self.client.post(address, fields)
        assert answer.status_code in {200, 302}, (address, answer.status_code, answer.content)
        return answer

    def sent_to(self, address: str, **fields: Any) -> str:
        """The last part of the address that a form which is taken leads to."""
        answer = self.post(address, **fields)
        assert answer.status_code == 302, (address, answer.content.decode())
        return str(answer["Location"]).rstrip("/").rpartition("/")[2]


def carry_out_all() -> None:
    """Carry out what waits, as a worker would."""
    from speccomm_web.runs import background
    from speccomm_web.runs.models import BackgroundTask

    waiting = BackgroundTask.objects.filter(stage=BackgroundTask.Stage.WAITING)
    for task_id in list(waiting.order_by("asked_at").values_list("pk", flat=True)):
        background.carry_out.func(str(task_id))
