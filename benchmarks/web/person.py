"""One person at a browser, as far as measuring needs: sign in, keep cookies, send forms and files."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.web.place import HOST, as_proxied

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LOOKED_EVERY = 0.25
PIECE = 1 << 20


class Unexpected(Exception):
    """An answer that no reader should get."""


class Person:
    """Someone signed in, from an address of their own."""

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._address = address
        self.cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the page. Raises Unexpected where it does not lead on."""
        self.post("/account/sign-in", [("login", email), ("password", password)])
        if not any("session" in name for name in self.cookies):
            raise Unexpected(f"{email} could not sign in")

    @property
    def headers(self) -> dict[str, str]:
        """What this person's browser sends with every request."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            **as_proxied(self._address), "Cookie": kept, "Referer": f"https://{HOST}/",
            "Accept": "text/html",
        }  # fmt: skip

    def get(self, path: str) -> str:
        """A page. Raises Unexpected for anything but 200."""
        status, _, text = self._ask("GET", path)
        if status != 200:
            raise Unexpected(f"{path}: {status}")
        return text

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> str:
        """Send a form, and return where it leads. Raises Unexpected where it leads nowhere."""
        said = urlencode([("csrfmiddlewaretoken", self._token(path)), *fields])
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, location, _ = self._ask("POST", path, body=said.encode(), headers=kind)
        return _led_on(path, status, location)

    def send_file(self, path: str, fields: Sequence[tuple[str, str]], file: Path) -> str:
        """Send a file by a form, streamed from disk, and return where it leads."""
        mark = secrets.token_hex(16)
        token = self._token(path)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in [("csrfmiddlewaretoken", token), *fields]
        ]
        opened = (
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        # As the page has it: the file stands before the field that says it came whole.
        before = ("".join(parts[:2]) + opened).encode()
        after = f"\r\n{''.join(parts[2:])}--{mark}--\r\n".encode()
        connection = self._connection(timeout=600)
        connection.putrequest("POST", path, skip_host=True)
        length = len(before) + file.stat().st_size + len(after)
        sent = {**self.headers, "Content-Type": f"multipart/form-data; boundary={mark}"}
        for name, value in {**sent, "Content-Length": str(length)}.items():
            connection.putheader(name, value)
        connection.endheaders(before)
        with file.open("rb") as opened_file:
            while piece := opened_file.read(PIECE):
                connection.send(piece)
        connection.send(after)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return _led_on(path, answer.status, answer.getheader("Location"))

    def follow(self, path: str, *, at_most: float) -> Mapping[str, Any]:
        """Wait until the task that a page follows has ended, and return what it says.

        Raises:  Unexpected where it does not end in time, or has failed.
        """
        until = time.monotonic() + at_most
        task = re.search(r'data-progress="([^"]+)"', self.get(path))
        while task:
            told: dict[str, Any] = json.loads(self.get(task[1]))
            if told["ended"]:
                return told
            if time.monotonic() > until:
                raise Unexpected(f"{path}: not ended after {at_most:.0f} seconds")
            time.sleep(LOOKED_EVERY)
        return {}

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.get(path))
        if not found:
            raise Unexpected(f"{path} has no form")
        return found[1]

    def _connection(self, *, timeout: float = 120) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._port, timeout=timeout)

    def _ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, str | None, str]:
        connection = self._connection()
        try:
            connection.request(method, path, body=body, headers={**self.headers, **headers})
            answer = connection.getresponse()
            text = answer.read().decode()
            for said in answer.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(said).items():
                    self.cookies[name] = morsel.value
            return answer.status, answer.getheader("Location"), text
        finally:
            connection.close()


def _led_on(path: str, status: int, location: str | None) -> str:
    if status != 302 or not location:
        raise Unexpected(f"{path}: the form led nowhere ({status})")
    return location
