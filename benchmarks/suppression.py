"""How long it takes to protect a table of 40 groups by 12 months with both margins, in processor seconds."""

from __future__ import annotations

import math
import time
from itertools import product
from random import Random

from benchmarks.report import Ratio, Report
from speccomm.publishing.suppression import SourceTable, flat, suppress, suppression_rules, value_of

ROWS, COLUMNS = 40, 12
SEEDS = range(1, 7)
SMALLEST_MEAN, LARGEST_MEAN, FEW = 0.5, 3000.0, 50
AIMED_SECONDS = 2


def activity_table(seed: int) -> SourceTable:
    """Made-up activity by clinical reference group and month: groups of every size, months alike."""
    random = Random(seed)
    groups = [f"group {number}" for number in range(ROWS)]
    months = [f"month {number:02}" for number in range(COLUMNS)]
    parts: dict[tuple[str, str], int] = {}
    for group in groups:
        mean = math.exp(random.uniform(math.log(SMALLEST_MEAN), math.log(LARGEST_MEAN)))
        for month in months:
            parts[group, month] = _drawn(random, mean)
    dimensions = (flat("group", groups), flat("month", months))
    cells = {}
    for key in product(*(dimension.codes for dimension in dimensions)):
        rows = groups if key[0] == "total" else [key[0]]
        columns = months if key[1] == "total" else [key[1]]
        cells[key] = value_of(sum(parts[row, column] for row in rows for column in columns))
    return SourceTable("activity", "Activity by group and month", "activity", dimensions, cells)


def measure_suppression(report: Report) -> None:
    """Protect several such tables by each method; the slowest is reported, with the largest gap."""
    for method in ("exact", "hes"):
        rules, slowest, gap, hidden = suppression_rules(method), 0.0, 0, 0
        for seed in SEEDS:
            table = activity_table(seed)
            begun = time.process_time()
            account = suppress([table], release="bench", rules=rules).tables[0].account
            slowest = max(slowest, time.process_time() - begun)
            gap = max(gap, account.cells.reached - account.cells.bound)
            hidden += account.primary + account.secondary
        name = f"{method}: a table of {ROWS} x {COLUMNS} with both margins, slowest of {len(SEEDS)}"
        report.ratios.append(Ratio(name, slowest, "processor seconds", AIMED_SECONDS))
        report.notes.append(
            f"{method}: {hidden} cells hidden in {len(SEEDS)} tables, at most {gap} more than needed."
        )


def _drawn(random: Random, mean: float) -> int:
    """A count as it comes about that mean: Poisson for few, normal for many."""
    if mean >= FEW:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    count, left = 0, random.random()
    while left > math.exp(-mean):
        left *= random.random()
        count += 1
    return count
