"""Measure loading and asking: `python -m benchmarks.run --rows 1000000`. See README.md."""

from __future__ import annotations

import argparse
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.agreement import differences
from benchmarks.data import DIRECTORY_POSTCODES, Data, prepare
from benchmarks.measuring import ROOT, Measured, StepFailed, run_step
from benchmarks.nhs_engine import NotInstalled, check_with_dve, our_side
from benchmarks.packs import measure_packs
from benchmarks.report import Ratio, Report
from benchmarks.suppression import measure_suppression
from benchmarks.web.reading import measure_reading
from benchmarks.web.sending import PROVIDER, measure_sending

EVERYTHING = (
    "suppression",
    "load",
    "flows",
    "question",
    "pandas",
    "exponent",
    "dve",
    "demo",
    "pack",
    "web",
    "web-readers",
    "web-upload",
)
BY_DEFAULT = ("load", "flows", "question", "pandas", "exponent")
DRILL_DOWN = ["provider", "icb", "service", "pod", "month"]
OUT = ROOT / "benchmarks" / "out"
AIMED_ROWS = 10_000_000
DVE_ROWS = 1_000_000
SENT_ROWS = 1_000_000
MOST_ROWS_FOR_PANDAS = 20_000_000
SMALLER = 10  # the exponent is fitted from a tenth of the rows up to all of them

AIMED_LOAD, AIMED_FLOWS, AIMED_QUESTION_MS, AIMED_MEMORY_GIB = 8, 0.5, 100, 4
AIMED_EXPONENT, AIMED_PANDAS_TIME, AIMED_PANDAS_MEMORY, AIMED_DVE = 1.1, 1.5, 0.25, 15


@dataclass
class Bench:
    """One run of the benchmark: its data, its report and which steps are wanted."""

    data: Data
    report: Report
    wanted: frozenset[str]

    @property
    def store(self) -> Path:
        return self.data.folder / "store"

    @property
    def pandas_out(self) -> Path:
        return self.data.folder / "pandas"

    def parse_count(self, rows: int) -> Measured:
        return self.report.add(rows, run_step("parse_count", file=self.data.plcm(rows)))

    def parse_every_cell(self, rows: int) -> Measured:
        return self.report.add(rows, run_step("parse_every_cell", file=self.data.plcm(rows)))

    def load(self, rows: int) -> Measured:
        return self.report.add(
            rows,
            run_step(
                "load",
                file=self.data.plcm(rows),
                store=self.store,
                reference=self.data.reference,
                key_file=self.data.key_file,
            ),
        )

    def flows(self, rows: int, by: list[str]) -> Measured:
        return self.report.add(
            rows, run_step("flows", store=self.store, reference=self.data.reference, by=by)
        )

    def question(self, rows: int) -> Measured:
        return self.report.add(
            rows, run_step("question", store=self.store, reference=self.data.reference)
        )

    def pandas(self, rows: int) -> Measured:
        return self.report.add(
            rows,
            run_step(
                "pandas",
                file=self.data.plcm(rows),
                lookups=self.data.lookups,
                key_file=self.data.key_file,
                out=self.pandas_out,
            ),
        )


def main() -> None:
    """Make the data, measure what is wanted, print the ratios and write them down."""
    arguments = _arguments()
    rows = arguments.rows
    wanted = frozenset(arguments.only.split(",") if arguments.only else _by_default(rows))
    if not wanted <= set(EVERYTHING):
        raise SystemExit(f"--only takes any of {', '.join(EVERYTHING)}")
    sizes = [rows] if wanted & {"load", "flows", "question", "pandas", "exponent"} else []
    if "exponent" in wanted:
        sizes += [rows // SMALLER, _between(rows)]
    if "dve" in wanted:
        sizes.append(min(rows, DVE_ROWS))
    sent = min(rows, SENT_ROWS) if wanted & {"web", "web-upload"} else 0
    data = Data(arguments.data)
    if sizes or sent:
        data = prepare(
            arguments.data,
            sizes,
            directory_postcodes=arguments.postcodes,
            of_provider=(sent, PROVIDER),
        )
    report = Report(rows, {name: str(value) for name, value in vars(arguments).items()})
    if sizes and rows < AIMED_ROWS:
        report.notes.append(
            f"The aims are for {AIMED_ROWS:,} rows. With fewer, the fixed costs of a load (opening "
            "the reference, compiling the rules) weigh more in ratios and less in the exponent."
        )
    bench = Bench(data, report, wanted)
    if wanted & {"load", "flows", "question", "pandas", "exponent"}:
        _rounds(bench, rows, arguments.repeat)
    if "dve" in wanted:
        _dve(bench, min(rows, DVE_ROWS))
    if "demo" in wanted:
        _demo(bench)
    if "suppression" in wanted:
        measure_suppression(report)
    if "pack" in wanted:
        measure_packs(report, bench.data.folder / "demo", OUT / "packs")
    if wanted & {"web", "web-readers"}:
        demo = arguments.demo or bench.data.folder / "demo"
        measure_reading(report, demo, OUT / "web" / "reading")
    if sent:
        measure_sending(report, data, sent, OUT / "web" / "sending", repeat=arguments.repeat)
    print("\n" + report.text())
    print(f"written to {report.write(OUT)}")


def _by_default(rows: int) -> tuple[str, ...]:
    """What is measured unasked: pandas would not fit in memory far above ten million rows."""
    if rows > MOST_ROWS_FOR_PANDAS:
        return tuple(name for name in BY_DEFAULT if name not in ("pandas", "exponent"))
    return BY_DEFAULT


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the PLCM file")
    parser.add_argument("--repeat", type=int, default=2, help="rounds; the best of each is used")
    parser.add_argument("--only", default="", help=f"any of {','.join(EVERYTHING)}")
    parser.add_argument("--data", type=Path, default=OUT / "data", help="where made files are kept")
    parser.add_argument(
        "--demo", type=Path, help="a full-scale demonstration to read, instead of making one"
    )
    parser.add_argument(
        "--postcodes", type=int, default=DIRECTORY_POSTCODES, help="size of the postcode directory"
    )
    return parser.parse_args()


def _rounds(bench: Bench, rows: int, repeat: int) -> None:
    """Run everything in turn, several times, so that a slow spell touches each alike."""
    kept: dict[str, list[Measured]] = {}

    def keep(name: str, measured: Measured) -> None:
        kept.setdefault(name, []).append(measured)

    _warm(bench.data.plcm(rows))
    for _ in range(repeat):
        keep("parse_count", bench.parse_count(rows))
        keep("parse", bench.parse_every_cell(rows))
        keep("load", bench.load(rows))
        if "flows" in bench.wanted:
            keep("flows", bench.flows(rows, []))
            keep("drill-down", bench.flows(rows, DRILL_DOWN))
        if "question" in bench.wanted:
            keep("question", bench.question(rows))
        if "pandas" in bench.wanted:
            try:
                keep("pandas", bench.pandas(rows))
            except StepFailed as problem:
                bench.report.notes.append(f"The pandas script did not finish: {problem}")
    _load_ratios(bench.report, kept)
    if "flows" in kept:
        _flow_ratios(bench.report, kept)
    if "question" in kept:
        fastest = min(one.seconds for one in kept["question"])
        bench.report.ratios.append(
            Ratio("one ICB, CRG and month", fastest * 1000, "ms", AIMED_QUESTION_MS)
        )
    if "pandas" in kept:
        _pandas_ratios(bench, kept)
    if "exponent" in bench.wanted:
        _exponent(bench, rows, kept["load"])
    shutil.rmtree(bench.pandas_out, ignore_errors=True)


def without_across(load: Measured) -> float:
    """Seconds of a load but for its checks across rows."""
    return load.seconds - float(load.answer["phases"]["across_rows"])


def _load_ratios(report: Report, kept: dict[str, list[Measured]]) -> None:
    loads = [without_across(one) for one in kept["load"]]
    whole = [one.seconds for one in kept["load"]]
    parse = [one.seconds for one in kept["parse"]]
    count = [one.seconds for one in kept["parse_count"]]
    report.ratios += [
        _ratio("load (without checks across rows) / parse of every cell", loads, parse, AIMED_LOAD),
        _ratio("load (without checks across rows) / count of rows alone", loads, count),
        _ratio("load with checks across rows / parse of every cell", whole, parse),
        _ratio(
            "the same in processor seconds", _processor(kept["load"]), _processor(kept["parse"])
        ),
        _ratio("checks across rows / parse of every cell", _across(kept["load"]), parse),
        Ratio(
            "memory of load",
            max(one.peak_mib for one in kept["load"]) / 1024,
            "GiB",
            AIMED_MEMORY_GIB,
        ),
    ]


def _processor(steps: list[Measured]) -> list[float]:
    """Processor seconds, which a busy machine stretches less than it does seconds."""
    return [one.cpu_seconds for one in steps]


def _across(loads: list[Measured]) -> list[float]:
    return [float(one.answer["phases"]["across_rows"]) for one in loads]


def _flow_ratios(report: Report, kept: dict[str, list[Measured]]) -> None:
    parse = [one.seconds for one in kept["parse"]]
    for name, aim in (("flows", AIMED_FLOWS), ("drill-down", None)):
        taken = [one.seconds for one in kept[name]]
        what = "by CRG" if name == "flows" else f"by {', '.join(DRILL_DOWN)} and CRG"
        report.ratios.append(
            _ratio(f"flows of the region {what} / parse of every cell", taken, parse, aim)
        )
    peak = max(one.peak_mib for name in ("flows", "drill-down") for one in kept[name])
    report.ratios.append(Ratio("memory of flows", peak / 1024, "GiB", AIMED_MEMORY_GIB))


def _pandas_ratios(bench: Bench, kept: dict[str, list[Measured]]) -> None:
    flows = min((one.seconds for one in kept.get("flows", [])), default=0.0)
    ours = [without_across(one) + flows for one in kept["load"]]
    theirs = [one.seconds for one in kept["pandas"]]
    told = differences(bench.store, bench.pandas_out)
    bench.report.notes.append(
        "The pandas script and the load agree on rows kept, answers, pseudonyms and findings."
        if not told
        else "The pandas script and the load DIFFER: " + "; ".join(told[:20])
    )
    bench.report.ratios += [
        _ratio("pandas script / our load and flows", theirs, ours, AIMED_PANDAS_TIME, best="high"),
        _ratio(
            "pandas script / our load with checks across rows, in processor seconds",
            _processor(kept["pandas"]),
            _processor(kept["load"]),
        ),
        Ratio(
            "memory: our load / pandas script",
            max(one.peak_mib for one in kept["load"]) / max(one.peak_mib for one in kept["pandas"]),
            aim=AIMED_PANDAS_MEMORY,
        ),
    ]


def _ratio(
    name: str,
    over: list[float],
    under: list[float],
    aim: float | None = None,
    *,
    best: str = "low",
) -> Ratio:
    """The best of one over the best of the other; the spread is of rounds run side by side."""
    rounds = [one / other for one, other in zip(over, under, strict=False)]
    return Ratio(
        name, min(over) / min(under), aim=aim, best=best, spread=(min(rounds), max(rounds))
    )


def _between(rows: int) -> int:
    """The size halfway between a tenth of the rows and all of them, on a logarithmic scale."""
    return round(rows / math.sqrt(SMALLER))


def _exponent(bench: Bench, rows: int, largest: list[Measured]) -> None:
    """How load time grows with rows: the slope of log seconds over log rows at three sizes."""
    points = [(rows, min(without_across(one) for one in largest))]
    whole = [(rows, min(one.seconds for one in largest))]
    for size in (rows // SMALLER, _between(rows)):
        _warm(bench.data.plcm(size))
        loads = [bench.load(size) for _ in largest]
        points.append((size, min(without_across(one) for one in loads)))
        whole.append((size, min(one.seconds for one in loads)))
    told = f"from {rows // SMALLER:,} to {rows:,} rows"
    bench.report.ratios += [
        Ratio(f"exponent of load time, {told}", _slope(points), "", AIMED_EXPONENT),
        Ratio(f"the same with checks across rows, {told}", _slope(whole), ""),
    ]


def _slope(points: list[tuple[int, float]]) -> float:
    logs = [(math.log(rows), math.log(seconds)) for rows, seconds in points]
    middle_x = sum(x for x, _ in logs) / len(logs)
    middle_y = sum(y for _, y in logs) / len(logs)
    across = sum((x - middle_x) ** 2 for x, _ in logs)
    return sum((x - middle_x) * (y - middle_y) for x, y in logs) / across


def _dve(bench: Bench, rows: int) -> None:
    _warm(bench.data.plcm(rows))
    try:
        theirs = bench.report.add(rows, check_with_dve(bench.data, rows, OUT / "dve-venv"))
    except (NotInstalled, StepFailed) as problem:
        bench.report.notes.append(f"data-validation-engine was not measured: {problem}")
        print(bench.report.notes[-1])
        return
    ours = bench.report.add(rows, our_side(bench.data, rows))
    bench.report.ratios += [
        Ratio(
            "data-validation-engine, 20 checks / our check, every check",
            theirs.seconds / ours.seconds,
            aim=AIMED_DVE,
            best="high",
        ),
        Ratio(
            "the same in processor seconds, its report included",
            theirs.cpu_seconds / ours.cpu_seconds,
        ),
    ]


def _demo(bench: Bench) -> None:
    folder = bench.data.folder / "demo"
    try:
        demo = bench.report.add(0, run_step("demo", folder=folder))
    except StepFailed as problem:
        bench.report.notes.append(f"speccomm demo was not measured: {problem}")
        return
    bench.report.ratios += [
        Ratio("speccomm demo at full scale", demo.seconds, "seconds"),
        Ratio("memory of speccomm demo", demo.peak_mib / 1024, "GiB"),
    ]
    shutil.rmtree(folder, ignore_errors=True)


def _warm(file: Path) -> None:
    """Read a file once, so that every run finds as much of it in memory as the next."""
    with file.open("rb") as stream:
        while stream.read(64 << 20):
            pass


if __name__ == "__main__":
    main()
