"""The application as it is shipped: production settings, collected files, uvicorn, a proxy that ends TLS."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from django.urls import reverse

from tests.made_up.provider_files import Desk, activities
from tests.web.addresses import POSTED, patterns
from tests.web.serving import ONE_BY_ONE, PATIENCE, Visitor, command, environment_of, until

HOST = "speccomm.example.nhs.uk"
ADDRESS = f"https://{HOST}"
MIB = 1 << 20
# Who looks at pages: each in turn looks at what nobody before could open.
READERS = ("analyst", "submitter", "quality", "contracts", "administrator")
FIELDS = {"provider": "RKB", "purpose": "check", "dataset": "", "complete": "yes"}
# What one file of ours may name beside itself: styles their pictures, scripts their modules.
NAMED = re.compile(
    r"""url\(["']?(?!data:)([^"')]+)|\bfrom ?["'](\.[^"']+)|\bimport\(? ?["'](\.[^"']+)"""
)


class Proxy(httpx.HTTPTransport):
    """Ends TLS as the proxy of an installation does, and passes on what was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(limits=ONE_BY_ONE)
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request over https on to the application, with what a proxy says of it."""
        asked = httpx.Request(
            request.method,
            request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port),
            headers={
                **request.headers, "X-Forwarded-Proto": request.url.scheme,
                "X-Forwarded-For": "192.0.2.1",
            },
            stream=request.stream,
            extensions=request.extensions,
        )  # fmt: skip
        return super().handle_request(asked)


def visitor(port: int) -> Visitor:
    """Somebody with a browser, which says where a form comes from."""
    client = httpx.Client(transport=Proxy(port), timeout=PATIENCE, headers={"Origin": ADDRESS})
    return Visitor(ADDRESS, client)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An installation of its own, made ready by the commands of the guide."""
    folder = tmp_path_factory.mktemp("production")
    environment = environment_of(
        folder, SPECCOMM_HOSTS=HOST, SPECCOMM_PROXIES="1",
        SPECCOMM_SECRET_KEY="only-for-this-test-0123456789-abcdefghijklmnopqrst",
        SPECCOMM_AUDIT_KEY="only-for-this-test-9876543210-tsrqponmlkjihgfedcba",
        SPECCOMM_UPLOAD_MIB="4", SPECCOMM_UPLOAD_TOTAL_MIB="6", SPECCOMM_LOG_LEVEL="WARNING",
    )  # fmt: skip
    del environment["DJANGO_SETTINGS_MODULE"]  # what is shipped is production
    command(environment, "prepare_demonstration")
    command(environment, "collectstatic", "--no-input")
    desk = Desk(folder)
    desk.load(desk.file("month.csv", "plcm", activities(12)))
    return environment


@pytest.fixture(scope="module")
def port(environment: dict[str, str]) -> Iterator[int]:
    """Where the application answers, served by the words of the guide."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = "uvicorn speccomm_web.config.asgi:application --lifespan off --no-access-log"
    log = Path(environment["SPECCOMM_DATA_DIR"]) / "uvicorn.log"
    with log.open("wb") as out:
        served = subprocess.Popen(
            [sys.executable, "-m", *words.split(), "--port", str(port)],
            env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        until(lambda: _alive(port), "the application answers")
        yield port
    finally:
        served.terminate()
        served.wait(timeout=60)
    assert "Traceback" not in log.read_text()


def _alive(port: int) -> bool:
    """Whether it answers under its own name; it does so over http, where a probe comes from."""
    try:
        with httpx.Client(transport=Proxy(port)) as client:
            return client.get(f"http://{HOST}/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def pages(port: int) -> dict[str, str]:
    """Every page that a fixed address names, as the first reader sees it who may open it."""
    wanted = {
        name: f"/{_path(name)}"
        for name, pattern in patterns()
        if name not in POSTED and not pattern.pattern.regex.groupindex
    }
    seen: dict[str, str] = {}
    for word in READERS:
        reader = visitor(port).sign_in(word)
        for name, path in wanted.items():
            if name in seen:
                continue
            answer = reader.client.get(ADDRESS + path)
            assert answer.status_code < 500, (name, answer.status_code)
            if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
                seen[name] = answer.text
    return seen


def _path(name: str) -> str:
    return reverse(name).lstrip("/")


def test_a_page_of_each_app_is_served(pages: dict[str, str]) -> None:
    apps = {name.partition(":")[0] for name in pages}
    assert {"home", "accounts", "runs", "submissions", "explore", "evidence", "packs"} <= apps
    assert all("</html>" in page for page in pages.values())


def test_what_pages_name_is_served_and_kept_by_browsers(port: int, pages: dict[str, str]) -> None:
    """Styles, scripts and pictures, and what those name in turn."""
    named = {found for page in pages.values() for found in re.findall(r'"(/static/[^"]+)"', page)}
    files = {name for name in named if "." in name.rpartition("/")[2]}
    assert {Path(name).suffix for name in files} >= {".css", ".js", ".svg"}
    reader, left, seen = visitor(port), sorted(files), set(files)
    while left:
        path = left.pop()
        answer = reader.client.get(ADDRESS + path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        assert answer.content
        if path in files:
            assert "immutable" in answer.headers["Cache-Control"], path
        if Path(path).suffix not in {".css", ".js"}:
            continue
        assert answer.headers["Content-Encoding"] == "gzip", path
        for more in ("".join(found) for found in NAMED.findall(answer.text)):
            address = urlsplit(urljoin(path, more)).path
            if address not in seen:
                seen.add(address)
                left.append(address)
    assert seen - files, "what files name in turn was looked at"


def test_every_file_that_a_template_names_was_collected(environment: dict[str, str]) -> None:
    """Also on pages that nobody opens here."""
    manifest = Path(environment["SPECCOMM_DATA_DIR"]) / "web" / "static" / "staticfiles.json"
    collected = manifest.read_text("utf-8")
    package = Path(__file__).parents[3] / "src" / "speccomm_web"
    templates = [path for path in package.rglob("*.html") if "jinja2" in path.parts]
    named = {
        name for path in templates
        for name in re.findall(r"\bstatic\(\s*[\"']([^\"']+)[\"']", path.read_text("utf-8"))
    }  # fmt: skip
    assert len(named) > 2
    assert [name for name in sorted(named) if f'"{name}":' not in collected] == []


def test_a_session_is_of_this_host_and_of_tls_alone(port: int) -> None:
    reader = visitor(port)
    told = reader.client.get(f"http://{HOST}/").headers
    assert told["Location"] == f"{ADDRESS}/"
    answer = reader.client.get(f"{ADDRESS}/account/sign-in")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    reader.sign_in("analyst")
    cookies = {cookie.name: cookie for cookie in reader.client.cookies.jar}
    assert set(cookies) == {"__Host-session", "__Host-csrf"}
    assert all(cookie.secure for cookie in cookies.values())


def test_an_upload_within_the_limit_is_read_and_one_over_it_is_413(port: int) -> None:
    sender = visitor(port).sign_in("submitter")
    file = ("month.csv", b"a,b\n1,2\n", "text/csv")
    answer = sender.post("/submissions/send", FIELDS, files={"files": file})
    assert "not that of one known data set" in answer.text
    answer = sender.post(
        "/submissions/send", FIELDS, files={"files": ("month.csv", b"x" * (8 * MIB), "text/csv")}
    )
    assert answer.status_code == 413
    assert "That is too large to send" in answer.text
    stranger = visitor(port).client.post(f"{ADDRESS}/submissions/send", content=b"x" * (8 * MIB))
    assert stranger.status_code == 403


def test_a_host_that_is_not_ours_is_not_answered(port: int) -> None:
    client = httpx.Client(transport=Proxy(port), timeout=PATIENCE)
    assert client.get("https://elsewhere.example/").status_code == 400


def test_an_address_that_is_not_there_tells_nothing_of_the_code(port: int) -> None:
    answer = visitor(port).client.get(f"{ADDRESS}/nothing-here")
    assert answer.status_code == 404
    assert "urlpatterns" not in answer.text
