"""Fifty readers: median, 95th and 99th percentile of each kind of page, errors, queries, memory."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Measured, on_two_cores, run_step
from benchmarks.report import Ratio, Report
from benchmarks.web.person import Person
from benchmarks.web.place import PROCESSES, Place, Server, served

READERS = 50
READING, LEAFING = (
    5.0,
    1.0,
)  # seconds from one page to the next: who reads, and who only leafs through
WARM_SECONDS, READING_SECONDS, LEAFING_SECONDS, CLOSED_SECONDS = 20.0, 60.0, 40.0, 20.0
MOST_PACK_SECONDS = 900.0
MEDIAN_MS, P99_MS, MOST_QUERIES, MEMORY_GIB = 150, 600, 30, 1
MADE = ".speccomm-demo"
PASSWORD, DOMAIN = "midlands-made-up-data", "demonstration.example"


def measure_reading(report: Report, demo: Path, folder: Path) -> None:
    """Serve a copy of the full-scale demonstration, which is made first where it is not there."""
    if not (demo / MADE).is_file() or not (demo / "store" / "commits").is_dir():
        run_step("demo", folder=demo)
    place = Place(folder)
    for name in ("store", "reference"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(demo / name, folder / name)
    shutil.copy2(demo / "key", folder / "key")
    place.prepare()
    with served(place) as server:
        _pack(server)
    walked = json.loads(place.run("-m", "benchmarks.web.pages", "pages").splitlines()[-1])
    queries = json.loads(place.run("-m", "benchmarks.web.pages", "queries").splitlines()[-1])
    shutil.rmtree(folder / "web" / "answers", ignore_errors=True)  # nobody has asked anything yet
    with served(place) as server:
        readers = _readers(server, walked)
        _walk(server, readers, pace=READING, seconds=WARM_SECONDS, seed=1)
        reading = _measured(
            server, "readers, reading", readers, pace=READING, seconds=READING_SECONDS
        )
        leafing = _measured(
            server, "readers, leafing", readers, pace=LEAFING, seconds=LEAFING_SECONDS
        )
        closed = _measured(server, "readers, no pause", readers, pace=0.0, seconds=CLOSED_SECONDS)
    _tell(report, reading, leafing, closed, queries)


def _tell(
    report: Report, reading: Measured, leafing: Measured, closed: Measured, queries: dict[str, int]
) -> None:
    walks = (reading, leafing, closed)
    for one in walks:
        report.add(0, one)
    told, hurried, unpaused = (one.answer for one in walks)
    report.ratios += [
        Ratio(f"median page, {READERS} readers, a page in {READING:g} s each", told["median_ms"], "ms", MEDIAN_MS),
        Ratio("95th percentile of the same", told["p95_ms"], "ms"),
        Ratio("99th percentile of the same", told["p99_ms"], "ms", P99_MS),
        Ratio(f"median page, {READERS} readers, a page in {LEAFING:g} s each", hurried["median_ms"], "ms"),
        Ratio("99th percentile of the same", hurried["p99_ms"], "ms"),
        Ratio("errors, every way", sum(one.answer["errors"] for one in walks), "pages", 0),
        Ratio("processor time of the server for each page", told["cpu_ms_a_page"], "ms"),
        Ratio(f"median page, {READERS} readers without a pause", unpaused["median_ms"], "ms"),
        Ratio("99th percentile without a pause", unpaused["p99_ms"], "ms"),
        Ratio("pages a second without a pause", unpaused["pages_a_second"], "pages"),
        Ratio("most queries of a page", max(queries.values()), "queries", MOST_QUERIES),
        Ratio(
            "memory of every server process and the worker, shared pages once",
            max(one.peak_mib for one in walks) / 1024, "GiB", MEMORY_GIB,
        ),
    ]  # fmt: skip
    report.notes.append(
        f"{READERS} sessions of the people of the demonstration; the server's {PROCESSES} processes, "
        "the worker and the readers share the same cores. With a pace, each begins a page every so "
        "many seconds. Seven pages in ten are popular ones of their kind; most others are new."
    )
    report.notes += [
        f"{kind}: {one['pages']} pages, median {one['median_ms']:.0f} ms, 95th percentile "
        f"{one['p95_ms']:.0f} ms, 99th {one['p99_ms']:.0f} ms, at most {queries[kind]} queries"
        for kind, one in sorted(told["kinds"].items())
    ]
    report.notes += [f"error: {wrong}" for one in walks for wrong in one.answer["wrong"]]


def _readers(server: Server, walked: dict[str, Any]) -> list[dict[str, Any]]:
    """Sign fifty people in, each from an address of their own."""
    readers = []
    emails = list(walked)
    for at in range(READERS):
        person = Person(server.port, f"10.0.0.{at + 1}")
        email = emails[at % len(emails)]
        person.sign_in(email, PASSWORD)
        readers.append({"headers": person.headers, "pages": walked[email]})
    return readers


def _pack(server: Server) -> None:
    """One pack in the list, asked for by the page as a person would; kept from run to run."""
    person = Person(server.port, "10.0.1.1")
    person.sign_in(f"planner@{DOMAIN}", PASSWORD)
    if re.search(r'href="/packs/\d+"', person.get("/packs/")):
        return
    form = person.get("/packs/ask")
    sections = re.findall(r'name="sections" type="checkbox" value="([^"]+)"', form)
    months = re.findall(r'<option value="(\d{4}-\d{2})"', form)
    fields = [
        ("area", "QWU"), ("from_month", min(months)), ("to_month", max(months)),
        ("audience", "internal"), *(("sections", name) for name in sections),
    ]  # fmt: skip
    person.follow(person.post("/packs/ask", fields), at_most=MOST_PACK_SECONDS)


def _measured(
    server: Server, name: str, readers: Sequence[dict[str, Any]], *, pace: float, seconds: float
) -> Measured:
    before = server.cpu_seconds()
    met = _walk(server, readers, pace=pace, seconds=seconds, seed=round(1000 * (1 + pace)))
    used = server.cpu_seconds() - before
    pages = [one[2] * 1000 for one in met["met"]]
    wrong = [one[3] for one in met["met"] if one[3]]
    kinds = {kind for kind, *_ in met["met"]}
    answer = {
        **_spread(pages),
        "pages_a_second": len(pages) / seconds,
        "errors": len(wrong),
        "wrong": sorted(set(wrong))[:20],
        "cpu_ms_a_page": 1000 * used / max(1, len(pages)),
        "client_cpu_seconds": met["cpu_seconds"],
        "resident_mib": server.peak_resident_mib,
        "kinds": {k: _spread([one[2] * 1000 for one in met["met"] if one[0] == k]) for k in kinds},
    }
    return Measured(name, seconds, seconds, used, server.peak_shared_once_mib, answer)


def _spread(milliseconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(milliseconds) or [0.0]
    return {
        "pages": len(milliseconds),
        "median_ms": statistics.median(ordered),
        "p95_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
    }


def _walk(
    server: Server, readers: Sequence[dict[str, Any]], *, pace: float, seconds: float, seed: int
) -> dict[str, Any]:
    plan = {"port": server.port, "readers": readers, "pace": pace, "seconds": seconds, "seed": seed}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.web.readers"], cwd=ROOT, input=json.dumps(plan),
        capture_output=True, text=True, check=True, preexec_fn=on_two_cores,
    )  # fmt: skip
    met: dict[str, Any] = json.loads(done.stdout)
    return met
