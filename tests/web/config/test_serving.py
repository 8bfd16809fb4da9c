"""A request is answered whole by one of a few threads, and what it held is let go."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from speccomm_web.config.serving import THREADS, Application

ADDRESS = "http://testserver"


def ask(application: Application, *paths: str, content: bytes = b"") -> list[httpx.Response]:
    """Ask for some pages at once."""

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            asked = [
                client.post(path, content=content) if content else client.get(path)
                for path in paths
            ]
            return list(await asyncio.gather(*asked))

    # A browser test of the same worker leaves a loop running in this thread.
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(asyncio.run, all_of_them()).result()


def answering(monkeypatch: pytest.MonkeyPatch, view: Any) -> Application:
    application = Application()
    monkeypatch.setattr(application, "get_response", view)
    return application


def test_a_page_is_answered_with_its_headers() -> None:
    (answer,) = ask(Application(), "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_no_more_than_its_threads_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    within, most, lock = 0, 0, threading.Lock()
    threads: set[int] = set()

    def view(request: HttpRequest) -> HttpResponse:
        nonlocal within, most
        with lock:
            within, most = within + 1, max(most, within + 1)
            threads.add(threading.get_ident())
        time.sleep(0.02)
        with lock:
            within -= 1
        return HttpResponse(request.path)

    paths = [f"/{number}" for number in range(THREADS * 4)]
    answers = ask(answering(monkeypatch, view), *paths)
    assert [answer.text for answer in answers] == paths
    assert 1 < most <= THREADS
    assert len(threads) <= THREADS


def test_a_request_begins_and_ends_in_the_thread_that_answered_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met: list[tuple[str, int]] = []

    def began(**_: Any) -> None:
        met.append(("began", threading.get_ident()))

    def ended(**_: Any) -> None:
        met.append(("ended", threading.get_ident()))

    def view(request: HttpRequest) -> HttpResponse:
        met.append((request.body.decode(), threading.get_ident()))
        answer = HttpResponse()
        answer._resource_closers.append(request.close)  # type: ignore[attr-defined]
        return answer

    request_started.connect(began)
    request_finished.connect(ended)
    try:
        ask(answering(monkeypatch, view), "/", content=b"the body")
    finally:
        request_started.disconnect(began)
        request_finished.disconnect(ended)
    assert [what for what, _ in met] == ["began", "the body", "ended"]
    assert len({thread for _, thread in met}) == 1
    assert met[0][1] != threading.get_ident()


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_what_is_streamed_is_let_go_once_it_was_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sent: list[str] = []
    file = tmp_path / "file.csv"
    file.write_text("a,b\n")

    def pieces() -> Iterator[str]:
        yield "piece "
        sent.append("sent")
        yield "by piece"

    def view(request: HttpRequest) -> HttpResponseBase:
        answer = (
            FileResponse(file.open("rb"))
            if request.path == "/file"
            else StreamingHttpResponse(pieces())
        )
        answer._resource_closers.append(lambda: sent.append("let go"))  # type: ignore[attr-defined]
        return answer

    streamed, whole = ask(answering(monkeypatch, view), "/stream", "/file")
    assert (streamed.text, whole.text) == ("piece by piece", "a,b\n")
    assert sorted(sent) == ["let go", "let go", "sent"]
