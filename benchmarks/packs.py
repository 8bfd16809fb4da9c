"""Measure packs: one, all of a region beside it, and the opening of a receipt."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measuring import run_step
from benchmarks.report import Ratio, Report

AIMED_PACK_SECONDS, AIMED_REGION, AIMED_RECEIPT_MS = 20, 6, 50
MADE = ".speccomm-demo"


def measure_packs(report: Report, demo: Path, out: Path) -> None:
    """Build the packs of a full-scale demonstration, which is made first where it is not there.

    A pack's aim is in seconds on two cores with nothing else running; its processor seconds are told
    beside, which a busy machine stretches less.
    """
    if not (demo / MADE).is_file() or not (demo / "packs").is_dir():
        run_step("demo", folder=demo)
    one = report.add(0, run_step("pack", demo=demo, out=out / "QWU"))
    every = report.add(0, run_step("region_packs", demo=demo, out=out / "Y60"))
    opened = run_step("receipt", pack=out / "QWU")
    report.ratios += [
        Ratio("one ICB's whole pack, page and tables", one.seconds, "s", AIMED_PACK_SECONDS),
        Ratio("the same in processor seconds, Python's start included", one.cpu_seconds, "s"),
        Ratio(
            f"packs of all {every.answer['packs']} ICBs of a region / one pack",
            every.seconds / one.seconds,
            aim=AIMED_REGION,
        ),
        Ratio("the same in processor seconds", every.cpu_seconds / one.cpu_seconds),
        Ratio("a receipt from the pack's files", opened.seconds * 1000, "ms", AIMED_RECEIPT_MS),
    ]
    shutil.rmtree(out, ignore_errors=True)
