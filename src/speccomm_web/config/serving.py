"""How a request becomes an answer in the served application: whole, by one of a few threads.

Django's own ASGI handler gives each request a thread and a database connection of its own, and
hands it to and fro between that thread and the event loop at each middleware. Every view here
is synchronous, so that one hand-over does; a bounded number of threads keep their connections, and
whoever comes when all are busy waits in turn instead of slowing everyone.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import IO, Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

THREADS = 4  # a request that takes long, such as a large upload, leaves the others free


class Application(ASGIHandler):
    """The ASGI application of one process."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")

    def load_middleware(self, is_async: bool = False) -> None:
        """Every middleware and view is called from one thread, without an event loop between."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, answer in a thread, and send what was answered.

        A reader who goes away meanwhile is not waited for: the answer is dropped once it is made.
        """
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        set_script_prefix(get_script_prefix(scope))
        loop, context = asyncio.get_running_loop(), copy_context()
        try:
            answer = partial(self._answer, scope, body)
            response = await loop.run_in_executor(self._threads, lambda: context.run(answer))
            try:
                await self.send_response(response, send)
            finally:
                if response.streaming:
                    await loop.run_in_executor(self._threads, lambda: context.run(response.close))
        finally:
            body.close()

    def _answer(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """One request, from its beginning to the content of its answer."""
        request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()  # its content is made: what the thread held for it is let go here
        answer: HttpResponseBase = response
        return answer
