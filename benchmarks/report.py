"""Tell what was measured: costs, ratios of runs side by side, and how they compare to the aims."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measuring import CORES, Measured


@dataclass(frozen=True)
class Ratio:
    """One figure that is set against an aim.

    `spread` is the least and the greatest of the rounds; `best` "low" or "high" says which way is
    better. Without an aim the figure is only told.
    """

    name: str
    value: float
    unit: str = "times"
    aim: float | None = None
    best: str = "low"
    spread: tuple[float, float] | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return ""
        met = self.value <= self.aim if self.best == "low" else self.value >= self.aim
        return "met" if met else "not met"

    @property
    def aimed(self) -> str:
        if self.aim is None:
            return ""
        return f"{'at most' if self.best == 'low' else 'at least'} {self.aim:g}"


@dataclass
class Report:
    """Everything one run of the benchmark found."""

    rows: int
    arguments: dict[str, Any]
    costs: list[tuple[int, Measured]] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, rows: int, measured: Measured) -> Measured:
        self.costs.append((rows, measured))
        print(
            f"{measured.step:<18} {rows:>11,} rows  {measured.seconds:8.2f} s  "
            f"processor {measured.cpu_seconds:8.2f} s  peak {measured.peak_mib:7.0f} MiB",
            flush=True,
        )
        return measured

    def text(self) -> str:
        """The report as a page of Markdown."""
        lines = [f"# Measured {self.begun:%d %B %Y, %H:%M} UTC", ""]
        lines += [f"- {name}: {value}" for name, value in self.machine().items()]
        lines += ["", "| ratio | measured | rounds | aim | |", "| --- | ---: | --- | --- | --- |"]
        for ratio in self.ratios:
            spread = "" if ratio.spread is None else "{:.2f} to {:.2f}".format(*ratio.spread)
            lines.append(
                f"| {ratio.name} | {ratio.value:.2f} {ratio.unit} | {spread} | {ratio.aimed} "
                f"| {ratio.verdict} |"
            )
        notes = [*self.notes, *(f"{one.name}: {one.note}" for one in self.ratios if one.note)]
        lines += ["", *(f"- {note}" for note in notes)]
        lines += ["", "| step | rows | seconds | processor seconds | peak MiB | answer |"]
        lines += ["| --- | ---: | ---: | ---: | ---: | --- |"]
        for rows, cost in self.costs:
            answer = ", ".join(f"{name} {_short(value)}" for name, value in cost.answer.items())
            lines.append(
                f"| {cost.step} | {rows:,} | {cost.seconds:.2f} | {cost.cpu_seconds:.2f} "
                f"| {cost.peak_mib:.0f} | {answer} |"
            )
        return "\n".join(lines) + "\n"

    def machine(self) -> dict[str, str]:
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
        return {
            "rows": f"{self.rows:,}",
            "cores used": f"{CORES} of {os.cpu_count()}",
            "processor": _processor(),
            "memory": f"{memory:.0f} GiB",
            "Python": platform.python_version(),
            "load average at the end (much above the cores used means a noisy run)": load,
        }

    def write(self, folder: Path) -> Path:
        """Write the page and the same as JSON; return the page's path."""
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.begun:%Y%m%dT%H%M%SZ}-{self.rows}"
        page = folder / f"{name}.md"
        page.write_text(self.text(), encoding="utf-8")
        plain = {
            "begun": self.begun.isoformat(),
            "arguments": self.arguments,
            "machine": self.machine(),
            "ratios": [{**vars(one), "verdict": one.verdict} for one in self.ratios],
            "costs": [{"rows": rows, **cost.plain()} for rows, cost in self.costs],
            "notes": self.notes,
        }
        (folder / f"{name}.json").write_text(
            json.dumps(plain, indent=1, default=str), encoding="utf-8"
        )
        return page


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_short(one)}" for name, one in value.items())
    if isinstance(value, list):
        return f"{len(value)} listed"
    return str(value)
