"""How much a request may bring: judged before it is read, and counted while it arrives.

Django reads a body whole, to disk where it is long, before any page sees it. So the limit of each
address stands in front of it: what says that it is too long is not read at all, and what turns out
to be is read no further. Only somebody who is signed in may send more than a form holds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, close_old_connections
from redis.exceptions import RedisError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
REFUSED = "speccomm.refused"
# A sender that is refused is listened to for a while, so that it looks up and reads the answer.
LISTENED_BYTES, LISTENED_SECONDS = 32 << 20, 5.0
log = logging.getLogger("speccomm_web.requests")


def limit_of(path: str) -> int:
    """The most bytes that a request to an address may bring."""
    for pattern, limit in settings.BODY_LIMITS:
        if pattern.fullmatch(path):
            return int(limit)
    return int(settings.BODY_LIMIT)


def limit_bodies(application: Application) -> Application:
    """Let an application see only requests whose bodies keep to the limit of their address.

    One that does not is handed on without its body, marked with the status to answer it with.
    """

    async def limited(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        limit, status = limit_of(scope["path"]), HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if limit > settings.BODY_LIMIT and _declared(scope) != 0:
            status = await sync_to_async(_who_sends, thread_sensitive=False)(_cookies(scope))
            if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                limit = int(settings.BODY_LIMIT)
        if _declared(scope) > limit:
            await _refuse(application, scope, receive, send, status=status, limit=limit)
            return
        counted = _Counted(receive, limit)
        await application(scope, counted, send)
        if counted.over:
            await _refuse(application, scope, receive, send, status=status, limit=limit)
        elif counted.cut_off:
            log.warning("a body was cut off", extra={"method": scope["method"]})

    return limited


class _Counted:
    """A body as it arrives, which ends as if cut off once it is over the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._whole = False
        self.over = False
        self.cut_off = False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.cut_off = not self._whole
            return message
        self._left -= len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._left < 0:
            self.over = True
            return {"type": "http.disconnect"}
        return message


async def _refuse(
    application: Application,
    scope: MutableMapping[str, Any],
    receive: Receive,
    send: Send,
    *,
    status: HTTPStatus,
    limit: int,
) -> None:
    """Answer with the page of the status, as the application writes it, and close the connection."""
    gone = asyncio.Event()
    asked = False

    async def nothing() -> Message:
        nonlocal asked
        if asked:
            await gone.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last:
            await send({**message, "more_body": True})
            await _listen(receive)
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in {b"content-length", b"content-type", b"transfer-encoding"}
    ]
    await application(
        {**scope, "headers": [*kept, (b"content-length", b"0")], REFUSED: (status, limit)},
        nothing,
        answer,
    )


async def _listen(receive: Receive) -> None:
    """Read on for a moment and keep nothing: a sender that is cut short often reads no answer."""
    heard, latest = 0, time.monotonic() + LISTENED_SECONDS
    while heard < LISTENED_BYTES and (left := latest - time.monotonic()) > 0:
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            return
        heard += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _declared(scope: MutableMapping[str, Any]) -> int:
    """The length that the request says it has; -1 where it says none."""
    said: bytes = dict(scope["headers"]).get(b"content-length", b"")
    if said.isdigit():
        return int(said)
    chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    return -1 if chunked or said else 0


def _cookies(scope: MutableMapping[str, Any]) -> str:
    said = [value.decode("latin1") for name, value in scope["headers"] if name == b"cookie"]
    return "; ".join(said)


def _who_sends(cookies: str) -> HTTPStatus:
    """What more than a form holds is answered with: 413 only where it is over somebody's limit.

    403 is for somebody who is not signed in, 503 where the records that would tell do not answer.
    """
    try:
        held = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        held = None
    if held is None:
        return HTTPStatus.FORBIDDEN
    store = import_module(settings.SESSION_ENGINE).SessionStore
    try:
        known = store(held.value).get(SESSION_KEY)
    except (DatabaseError, RedisError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    finally:
        close_old_connections()
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if known else HTTPStatus.FORBIDDEN
