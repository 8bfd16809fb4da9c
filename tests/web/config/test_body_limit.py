"""What is too long is refused in front of the application, over real connections to uvicorn."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.web.serving import Server, Visitor, command, environment_of, serving, until

MIB = 1 << 20
FIELDS = {"provider": "RKB", "purpose": "check", "dataset": "", "complete": "yes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("limits")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    spool = folder / "spool"
    spool.mkdir()
    environment = environment_of(
        folder, SPECCOMM_UPLOAD_MIB="4", SPECCOMM_UPLOAD_TOTAL_MIB="6", TMPDIR=str(spool)
    )
    command(environment, "prepare_demonstration")
    with serving(folder, environment) as server:
        yield server


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server.address).sign_in("submitter")


def blocks(mib: int) -> Iterator[bytes]:
    yield from (b"x" * MIB for _ in range(mib))


def opened(server: Server, head: str) -> socket.socket:
    """A connection on which a head was sent and no body yet."""
    host, port = server.address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(f"{head}\r\nHost: {host}\r\n\r\n".encode())
    return connection


def cookies(visitor: Visitor) -> str:
    return "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())


def left_over(folder: Path) -> list[Path]:
    """Files of uploads that are still on the disk."""
    places = [folder / "web" / "uploads", folder / "spool"]
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(server: Server) -> None:
    """The body is never sent: an answer that waited for it would never come."""
    with opened(server, f"POST /account/sign-in HTTP/1.1\r\nContent-Length: {100 * MIB}") as sender:
        answer = sender.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert "connection: close" in answer.lower()


def test_the_page_of_it_is_designed_and_says_how_much(server: Server) -> None:
    answer = httpx.post(f"{server.address}/account/sign-in", content=b"x" * (3 * MIB), timeout=60)
    assert answer.status_code == 413
    assert "That is too large to send" in answer.text
    assert "2.5 MB at once" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_program_is_told_by_problem_details(server: Server) -> None:
    answer = httpx.post(f"{server.address}/api/v1/places", content=b"x" * (3 * MIB), timeout=60)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_without_a_length_is_counted_and_stopped(
    server: Server, visitor: Visitor, folder: Path
) -> None:
    answer = visitor.client.post(f"{server.address}/submissions/send", content=blocks(9))
    assert answer.status_code == 413
    assert "nothing was kept" in answer.text
    assert not left_over(folder)


def test_several_files_within_the_whole_are_taken_and_one_over_its_own_limit_is_not(
    visitor: Visitor, folder: Path
) -> None:
    rows = b"a,b,c\n" + b"1,2,3\n" * (MIB // 3)
    two = [("files", (f"{n}.csv", rows + b"4,5,6\n" * n, "text/csv")) for n in (1, 2)]
    answer = visitor.post("/submissions/send", FIELDS, files=two)
    assert answer.status_code == 200  # they arrived whole, and are no submissions
    assert "not that of one known data set" in answer.text
    one = [("files", ("5.csv", b"x" * (5 * MIB), "text/csv"))]
    answer = visitor.post("/submissions/send", FIELDS, files=one)
    assert answer.status_code == 413
    assert "larger than 4.0 MB" in answer.text
    four = [("files", (f"{n}.csv", b"x" * (2 * MIB), "text/csv")) for n in range(4)]
    answer = visitor.post("/submissions/send", FIELDS, files=four)
    assert answer.status_code == 413
    assert "7.0 MB at once" in answer.text
    assert not left_over(folder)


def test_a_stranger_may_not_send_what_only_a_submission_holds(server: Server, folder: Path) -> None:
    head = f"POST /submissions/send HTTP/1.1\r\nContent-Length: {4 * MIB}"
    for cookie in ("", "\r\nCookie: sessionid=made-up; a=b"):
        with opened(server, head + cookie) as sender:
            assert sender.recv(65536).startswith(b"HTTP/1.1 403")
    assert not left_over(folder)


def test_an_upload_cut_off_half_way_leaves_nothing_and_is_logged(
    server: Server, visitor: Visitor, folder: Path
) -> None:
    head = (
        f"POST /submissions/send HTTP/1.1\r\nContent-Length: {5 * MIB}\r\n"
        f"Cookie: {cookies(visitor)}\r\nContent-Type: multipart/form-data; boundary=cut"
    )
    begun = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
    with opened(server, head) as sender:
        sender.sendall(begun + b"x" * (3 * MIB))
    until(lambda: "a body was cut off" in server.log.read_text(), "it was logged")
    assert not left_over(folder)
    assert visitor.client.get(f"{server.address}/submissions/send").status_code == 200
    lines = [line for line in server.log.read_text().splitlines() if "cut off" in line]
    assert "a.csv" not in lines[0]
    assert json.loads(lines[0])["method"] == "POST"


def test_a_good_small_form_goes_through(visitor: Visitor) -> None:
    assert "Sign out" in visitor.page("/")
