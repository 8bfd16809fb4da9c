"""Challenges as tables and summaries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.submissions.disputes import SliceRows
from speccomm_web.submissions.models import Challenge
from speccomm_web.submissions.presenters.loads import month_words
from speccomm_web.submissions.terms import Terms, terms_on

ROW_COLUMNS = (
    Column("file_name", "File"),
    Column("row_number", "Row", Kind.CODE),
    Column("service_code", "Service", Kind.CODE, none="Not given"),
    Column("pod_code", "Point of delivery", Kind.CODE, none="Not given"),
    Column("treatment_function_code", "Treatment function", Kind.CODE, none="Not given"),
    Column("commissioner_code", "Commissioner as sent", Kind.CODE, none="Not given"),
    Column("patient_commissioner_code", "Commissioner of the patient", Kind.CODE, none="Not known"),
    Column("activity", "Activity", Kind.DECIMAL),
    Column("price_gbp", "Price", Kind.PENCE, unit="£"),
)
ACTS = {"raised": "Raised", "replied": "Replied", "proposed": "Proposed an outcome",
        "agreed": "Agreed", "dropped": "Took it back"}  # fmt: skip


def about_words(challenge: Challenge) -> str:
    """The slice that a challenge is about."""
    month = month_words(challenge.financial_year, challenge.financial_month)
    return f"{challenge.dataset.upper()} of {challenge.provider.name}, {month}"


def challenges_table(found: Sequence[Challenge], *, on: date, query: str = "") -> DataTable:
    """The log of challenges, with the money at stake and settled."""
    rows = [
        {
            "id": one.pk,
            "number": str(one.pk),
            "about": about_words(one),
            "commissioner": one.commissioner.name,
            "reason": Challenge.Reason(one.reason).label,
            "at_stake_gbp": one.at_stake_gbp,
            "agreed_gbp": one.agreed_gbp,
            "reply_due": one.reply_due,
            "stands": stands_words(one, on=on),
        }
        for one in found
    ]
    return DataTable(
        name="challenges",
        caption="Challenges, the first due first",
        columns=(
            Column("number", "Challenge", Kind.CODE),
            Column("about", "About"),
            Column("commissioner", "Commissioner"),
            Column("reason", "Reason"),
            Column("at_stake_gbp", "At stake", Kind.PENCE, unit="£"),
            Column("agreed_gbp", "Given up", Kind.PENCE, unit="£", none="Not settled"),
            Column("reply_due", "Reply due", Kind.DAY),
            Column("stands", "State"),
        ),
        rows=rows,
        header_key="number",
        links={"number": lambda row: reverse("submissions:challenge", args=[row["id"]])},
        downloads={"CSV": f"?{query}format=csv", "XLSX": f"?{query}format=xlsx"},
        empty="There is no challenge that you may see, or none that fits.",
    )


def totals(found: Sequence[Challenge]) -> list[dict[str, str]]:
    """How much money is open, settled and given up."""
    still = sum((one.at_stake_gbp for one in found if not one.ended), Decimal(0))
    settled = [one for one in found if one.stage == Challenge.Stage.SETTLED]
    return [
        {"key": "At stake in open challenges", "value": formats.pounds(still, pence=True)},
        {
            "key": "At stake in settled challenges",
            "value": formats.pounds(
                sum((one.at_stake_gbp for one in settled), Decimal(0)), pence=True
            ),
        },
        {
            "key": "Given up by providers",
            "value": formats.pounds(
                sum((one.agreed_gbp or Decimal(0) for one in settled), Decimal(0)), pence=True
            ),
        },
    ]


def stands_words(challenge: Challenge, *, on: date) -> str:
    """How a challenge stands on a day, in words."""
    label = Challenge.Stage(challenge.stage).label
    if challenge.stage == Challenge.Stage.OPEN and on > challenge.reply_due:
        return f"{label}, {(on - challenge.reply_due).days:,} days late"
    return str(label)


def challenge_summary(challenge: Challenge, *, on: date) -> list[dict[str, Any]]:
    """One challenge in a list of facts."""
    rows: list[dict[str, Any]] = [
        {"key": "State", "value": stands_words(challenge, on=on)},
        {"key": "About", "value": about_words(challenge)},
        {"key": "Commissioner", "value": str(challenge.commissioner)},
        {"key": "Reason", "value": Challenge.Reason(challenge.reason).label},
        {"key": "Money at stake", "value": formats.pounds(challenge.at_stake_gbp, pence=True)},
        {"key": "Reply due", "value": due_words(challenge)},
        {"key": "Load", "value": challenge.load_id},
    ]
    if challenge.outcome:
        words = "Agreed" if challenge.stage == Challenge.Stage.SETTLED else "Proposed"
        label = Challenge.Outcome(challenge.outcome).label
        money = formats.pounds(challenge.proposed_gbp, pence=True)
        rows.append({"key": f"{words} outcome", "value": f"{label}, {money}"})
    return rows


def due_words(challenge: Challenge) -> str:
    """The day a reply is due, and whether the contract or an assumption says so."""
    due = formats.day(challenge.reply_due)
    assumed = terms_on(timezone.localdate(challenge.raised_at)).assumed
    return f"{due} (assumed: the days of your contract are not put in)" if assumed else due


def terms_words(terms: Terms) -> str:
    """How long a reply may take, and whether that is what the contract says."""
    said = f"The provider has {terms.reply_days} days to reply."
    if terms.assumed:
        said += " That is assumed until the days of your contract are put in."
    return said


def steps(challenge: Challenge) -> list[dict[str, Any]]:
    """What both sides said and did, in order."""
    return [
        {
            "heading": f"{ACTS[step.act]} by {step.by.name}, {Challenge.Side(step.side).label.lower()}",
            "at": formats.moment(step.at),
            "words": step.words,
            "attachments": [
                {
                    "name": file.file_name,
                    "href": reverse("submissions:attachment", args=[challenge.pk, file.pk]),
                }
                for file in step.attachments.all()
            ],
        }
        for step in challenge.steps.all()
    ]


def rows_table(found: SliceRows) -> DataTable:
    """The rows that both sides look at."""
    return DataTable(
        name="rows",
        caption=f"The {found.row_count:,} rows",
        columns=ROW_COLUMNS,
        rows=found.rows,
        header_key="row_number",
        empty="The store no longer holds these rows.",
    )


def choosable(found: SliceRows) -> list[dict[str, Any]]:
    """Rows to choose from, each with the value of its box."""
    return [
        {
            "value": f"{row['row_number']}@{row['file_name']}",
            "label": f"Row {row['row_number']} of {row['file_name']}",
            "cells": [column.written(row.get(column.key)) for column in ROW_COLUMNS],
        }
        for row in found.rows
    ]
