"""flows and contract: questions about activity and money."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, deliver, engine_settings, now


def add_commands(commands: Any) -> None:
    """Add flows and contract."""
    _add_flows(commands)
    _add_contract(commands)


def _add_flows(commands: Any) -> None:
    about = (
        "Activity by clinical reference group for an ICB or a region: A intra, B imported, "
        "C exported, and their sums. An ICB's activity is its patients', never the payer's."
    )
    parser = commands.add_parser(
        "flows", help="activity in, into and out of an area", description=about
    )
    _add_store(parser)
    area = parser.add_mutually_exclusive_group(required=True)
    area.add_argument("--icb", metavar="CODE", type=values.code, help="an ICB, such as QWU")
    area.add_argument("--region", metavar="CODE", type=values.code, help="a region, such as Y60")
    values.add_period(parser)
    parser.add_argument(
        "--by", metavar="NAMES", type=values.names, default=(),
        help="drill down by any of provider,icb,service,pod,month; their columns come first",
    )  # fmt: skip
    _add_answer(parser)
    parser.set_defaults(act=_flows)


def _add_contract(commands: Any) -> None:
    about = (
        "Plan against actual, year to date, by provider and service line, with the effects that "
        "make up the variance and two forecasts of the year."
    )
    parser = commands.add_parser(
        "contract", help="plan against actual, year to date", description=about
    )
    _add_store(parser)
    parser.add_argument("--icb", metavar="CODE", type=values.code, help="one ICB's patients")
    parser.add_argument("--provider", metavar="CODE", type=values.code, help="one provider")
    parser.add_argument("--service", metavar="CODE", type=values.code, help="one service line")
    parser.add_argument(
        "--year", metavar="YEAR", type=values.financial_year, required=True, help="such as 2023-24"
    )
    parser.add_argument(
        "--month", metavar="N", type=values.financial_month_number, required=True,
        help="last month of the position: April is 1",
    )  # fmt: skip
    parser.add_argument(
        "--plan",
        choices=("auto", "iap", "acm"),
        help="where the plan is from (default auto: iap where there is one, else acm)",
    )
    _add_answer(parser)
    parser.set_defaults(act=_contract)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")


def _add_answer(parser: argparse.ArgumentParser) -> None:
    values.add_map(parser)
    values.add_reading(parser)
    values.add_format(parser)
    values.add_engine(parser)
    values.add_run(parser)


def _flows(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.flows import FlowsRequest, flows

    started_at = now()
    answer = flows(
        FlowsRequest(
            store=arguments.store,
            from_month=arguments.from_month,
            to_month=arguments.to_month,
            now=started_at,
            icb=arguments.icb,
            region=arguments.region,
            by=arguments.by,
            **_common(arguments),
        )
    )
    deliver(
        arguments,
        started_at=started_at,
        table=answer.flows,
        more={"totals": answer.totals},
        findings=answer.findings,
        facts={**answer.facts.as_manifest(), "incomplete_months": answer.incomplete_months},
    )
    return DONE


def _contract(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.contract import ContractRequest, contract

    started_at = now()
    answer = contract(
        ContractRequest(
            store=arguments.store,
            year=arguments.year,
            month=arguments.month,
            now=started_at,
            icb=arguments.icb,
            provider=arguments.provider,
            service=arguments.service,
            plan=arguments.plan,
            **_common(arguments),
        )
    )
    deliver(
        arguments,
        started_at=started_at,
        table=answer.position,
        more={"lines": answer.lines},
        findings=answer.findings,
        facts={**answer.facts.as_manifest(), "incomplete_months": answer.incomplete_months},
    )
    return DONE


def _common(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "reference": arguments.reference,
        "map_date": arguments.map_date,
        "as_at": arguments.as_at,
        "engine": engine_settings(arguments),
    }
