"""Set our check against the NHS data-validation-engine, which needs an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.data import Data
from benchmarks.measuring import ROOT, Measured, run_process, run_step
from speccomm.foundation.rulebook import read_rule_table

PACKAGE = "data-validation-engine==0.9.0"
SCRIPT = Path(__file__).with_name("nhs_engine_script.py")
LISTS = ("trusts", "service_lines", "points_of_delivery", "category_codes")


class NotInstalled(Exception):
    """The engine could not be installed here."""


def check_with_dve(data: Data, rows: int, environment: Path) -> Measured:
    """Twenty checks by the engine. Raises NotInstalled, or StepFailed where it did not finish."""
    python = _python_of(environment)
    work = data.folder / "dve"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _write_lists(data, work)
    given = {
        "file": str(_with_short_headings(data, rows, work)),
        "lists": str(work),
        "work": str(work / "run"),
    }
    try:
        return run_process("dve", [str(python), "-P", str(SCRIPT), json.dumps(given)], cwd=work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def our_side(data: Data, rows: int) -> Measured:
    """Every check of ours over the same rows."""
    return run_step("check", file=data.plcm(rows), reference=data.reference)


def _python_of(environment: Path) -> Path:
    python = environment / "bin" / "python"
    installed = [str(python), "-c", "import dve"]
    if (
        python.exists()
        and subprocess.run(installed, check=False, capture_output=True).returncode == 0
    ):
        return python
    uv = ROOT / ".venv" / "bin" / "uv"
    made = [sys.executable, "-m", "venv", str(environment)]
    with_uv = [str(uv), "pip", "install", "-q", "--python", str(python), PACKAGE]
    with_pip = [str(python), "-m", "pip", "install", "-q", PACKAGE]
    for command in (made, with_uv if uv.exists() else with_pip):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise NotInstalled(f"{PACKAGE} could not be installed: {done.stderr.strip()[-500:]}")
    return python


def _write_lists(data: Data, work: Path) -> None:
    codes = pq.read_table(data.lookups / "code_lists.parquet").to_pandas()
    for name in LISTS:
        held = codes.loc[codes["code_list"] == name, ["code"]]
        held.to_parquet(work / f"{name}.parquet", index=False)


def _with_short_headings(data: Data, rows: int, work: Path) -> Path:
    """A copy under column names the engine can take. It is a copy, as the engine moves its input."""
    fields = [row for row in read_rule_table("intake/fields") if row["dataset"] == "plcm"]
    short = {row["field_name"]: row["column"] for row in fields}
    copy = work / "plcm.csv"
    with data.plcm(rows).open("rb") as source, copy.open("wb") as target:
        headings = source.readline().decode().rstrip("\r\n").split(",")
        target.write((",".join(short[name] for name in headings) + "\n").encode())
        shutil.copyfileobj(source, target, 16 << 20)
    return copy
