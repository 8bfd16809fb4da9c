"""pack build --kind annual-report: the annual report of an ICB, a region or another body."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, engine_settings, leave_run, now
from speccomm.cli.printing import NOTICE
from speccomm.foundation.errors import Refusal

if TYPE_CHECKING:
    from speccomm.publishing.model import Pack

PROFILE, ANNUAL_REPORT = "profile", "annual-report"
KINDS = (PROFILE, ANNUAL_REPORT)


class OptionsDisagree(Refusal):
    """Options that are not of the kind of pack asked for, or one of its own that is missing."""


def add_kind(parser: argparse.ArgumentParser) -> None:
    """--kind and --year."""
    parser.add_argument(
        "--kind", choices=KINDS, default=PROFILE,
        help="a profile of services over months, or the annual report of a year (default: profile)",
    )  # fmt: skip
    parser.add_argument(
        "--year", metavar="YEAR", type=values.financial_year,
        help="the financial year of an annual report, such as 2023-24",
    )  # fmt: skip


def add_body(whose: Any) -> None:
    """--body, beside --icb and --region."""
    whose.add_argument(
        "--body", metavar="NAME",
        help="another body whose accounts are held under its name (annual report only)",
    )  # fmt: skip


def refuse_mixed(arguments: argparse.Namespace) -> None:
    """Refuse options of one kind of pack given with the other. Raises OptionsDisagree."""
    period = arguments.from_month is not None or arguments.to_month is not None
    whole = arguments.from_month is not None and arguments.to_month is not None
    if arguments.kind == ANNUAL_REPORT:
        if arguments.year is None:
            raise OptionsDisagree("An annual report is of one year: give it with --year 2023-24.")
        if period:
            raise OptionsDisagree("An annual report is of a whole year: leave out --from and --to.")
        if arguments.every_icb_of is not None:
            raise OptionsDisagree("An annual report is of one ICB, one region or one body.")
        return
    if arguments.year is not None or arguments.body is not None:
        raise OptionsDisagree("--year and --body are for --kind annual-report.")
    if not whole:
        raise OptionsDisagree("A profile is of some months: give them with --from and --to.")


def method_of(arguments: argparse.Namespace) -> str | None:
    """How small numbers are hidden; None for a pack for inside."""
    return (arguments.method or "hes") if arguments.audience == "publication" else None


def notice(method: str | None, releases: Path | None, pack: Pack | None = None) -> str:
    """Who a pack is for, and whether it was checked against earlier publications."""
    if method is None:
        return NOTICE
    if releases is None:
        return "For publication; not checked against earlier publications (--releases names them)"
    if pack is not None and not pack.facts["checked_against"]:
        return f"For publication; the first one recorded in {releases}"
    return f"For publication; checked against those in {releases} and recorded there"


def build_annual(arguments: argparse.Namespace) -> int:
    """Build the report and say where it is."""
    from speccomm.jobs.annual_report import AnnualReportRequest, build_annual_report
    from speccomm.publishing.editing import read_words
    from speccomm.publishing.rendering.formats import ALL_FORMATS, formats_asked

    started_at = now()
    words = arguments.words
    answer = build_annual_report(
        AnnualReportRequest(
            store=arguments.store,
            year=arguments.year,
            out=arguments.out,
            now=started_at,
            icb=arguments.icb,
            region=arguments.region,
            body=arguments.body,
            reference=arguments.reference,
            map_date=arguments.map_date,
            as_at=arguments.as_at,
            store_version=arguments.store_version,
            engine=engine_settings(arguments),
            formats=ALL_FORMATS if arguments.formats is None else formats_asked(arguments.formats),
            sections=arguments.sections,
            without=arguments.without,
            words=() if words is None else read_words(words, today=started_at.date()),
            method=method_of(arguments),
            releases=arguments.releases,
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables=answer.tables,
        findings=answer.findings,
        facts=answer.facts.as_manifest(),
    )
    for warning in answer.warnings:
        print(f"warning {warning}", file=sys.stderr)
    said = notice(method_of(arguments), arguments.releases, answer.pack)
    print(f"{said}\nAnnual report: {answer.page}")
    return DONE
