"""A million rows sent through the page until they are loaded, beside the command line's load."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.data import Data
from benchmarks.measuring import ROOT, Measured, StepFailed, on_two_cores
from benchmarks.report import Ratio, Report
from benchmarks.web.person import Person
from benchmarks.web.place import Place, Server, cpu_seconds, served, tree
from speccomm.cli.answering import DONE, REFUSED

PROVIDER, EMAIL, PASSWORD = "RKB", "submitter@demonstration.example", "midlands-made-up-data"
AIMED_RATIO, AT_MOST_SECONDS = 1.3, 3600.0


def measure_sending(report: Report, data: Data, rows: int, folder: Path, *, repeat: int) -> None:
    """Load one provider's file into a new store by the page and by the command line, in turns."""
    file = data.plcm(rows, provider=PROVIDER)
    pages, commands = [], []
    for _ in range(repeat):
        pages.append(report.add(rows, _by_page(data, file, folder)))
        commands.append(report.add(rows, _by_command(data, file, folder)))
    shutil.rmtree(folder, ignore_errors=True)
    counts = {(one.answer["read"], one.answer["accepted"]) for one in (*pages, *commands)}
    if len(counts) > 1:
        report.notes.append(
            f"The page and the command line DIFFER in rows read, accepted: {counts}"
        )
    rounds = [one.seconds / other.seconds for one, other in zip(pages, commands, strict=True)]
    report.ratios += [
        Ratio(
            f"{rows:,} rows sent by the page until loaded / speccomm load",
            min(one.seconds for one in pages) / min(one.seconds for one in commands),
            aim=AIMED_RATIO, spread=(min(rounds), max(rounds)),
        ),
        Ratio(
            "the same in processor seconds",
            min(one.cpu_seconds for one in pages) / min(one.cpu_seconds for one in commands),
        ),
    ]  # fmt: skip


def _emptied(data: Data, folder: Path) -> Place:
    """An installation with an empty store; its records are made once and copied."""
    made = Place(folder / "made")
    if not (made.folder / "web" / "records.sqlite3").exists():
        made.folder.mkdir(parents=True, exist_ok=True)
        os.symlink(data.reference, made.folder / "reference")
        shutil.copy2(data.key_file, made.folder / "key")
        made.prepare()
    place = Place(folder / "page")
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.copytree(made.folder, place.folder, symlinks=True)
    return place


def _by_page(data: Data, file: Path, folder: Path) -> Measured:
    place = _emptied(data, folder)
    with served(place) as server:
        person = Person(server.port, "10.0.2.1")
        person.sign_in(EMAIL, PASSWORD)
        person.get("/submissions/send")
        before, begun = _cpu_seconds(server), time.perf_counter()
        fields = [("provider", PROVIDER), ("purpose", "load"), ("complete", "yes")]
        page = person.send_file("/submissions/send", fields, file)
        arrived = time.perf_counter() - begun
        told = person.follow(page, at_most=AT_MOST_SECONDS)
        seconds, used = time.perf_counter() - begun, _cpu_seconds(server) - before
        peak = server.peak_shared_once_mib
    words = told["words"].replace(",", "").split()
    answer = {"read": int(words[0]), "accepted": int(words[3]), "arrived_seconds": arrived}
    return Measured("page: send, load", seconds, seconds, used, peak, answer)


def _cpu_seconds(server: Server) -> float:
    return server.cpu_seconds() + sum(cpu_seconds(pid) for pid in tree(server.worker))


def _by_command(data: Data, file: Path, folder: Path) -> Measured:
    """`speccomm load` as it is typed, its start included: the person at the page waits for all too."""
    store = folder / "command"
    shutil.rmtree(store, ignore_errors=True)
    words = [
        sys.executable, "-m", "speccomm.cli.main", "load", str(file), "--store", str(store),
        "--reference", str(data.reference), "--key-file", str(data.key_file), "--json",
    ]  # fmt: skip
    begun = time.perf_counter()
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        preexec_fn=on_two_cores,
    )  # fmt: skip
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (DONE, REFUSED):
        raise StepFailed(f"speccomm load ended with {process.returncode}")
    answer = json.loads(said)
    return Measured(
        "speccomm load", seconds, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
        {"read": answer["read"], "accepted": answer["accepted"]},
    )  # fmt: skip
