"""What programs may ask of submissions, loads and challenges: no single row of anybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.interface.answers import Answer, Asked, Field, Kind, Row, Window, marked
from speccomm_web.runs.interface.parameters import CODE, Paged, Written
from speccomm_web.runs.interface.questions import Described, Part
from speccomm_web.submissions import disputes, queries, stored
from speccomm_web.submissions.models import Challenge, Submission

SUBMISSIONS = (
    Field("id", Kind.WHOLE, "number of the submission"),
    Field("provider_code", Kind.TEXT, "the provider it was sent for"),
    Field("sent_at", Kind.MOMENT, "when its files had arrived"),
    Field("purpose", Kind.TEXT, "check or load"),
    Field("dataset", Kind.TEXT, "its data set; null: told from its files"),
    Field("stage", Kind.TEXT, "asked, sent, checked, loaded or refused"),
    Field("read_rows", Kind.WHOLE, "rows read; null: not ended, or refused as a whole"),
    Field("accepted_rows", Kind.WHOLE, "rows accepted; null: as read_rows"),
    Field("refused_rows", Kind.WHOLE, "rows refused; null: as read_rows"),
    Field("load_id", Kind.TEXT, "the load in the store; null: nothing was kept of it"),
    Field("store_version", Kind.WHOLE, "version of the store it made; null: none"),
    Field("refusal", Kind.TEXT, "why all of it was refused; null: it was not"),
)
CHECKS = (
    Field("check_id", Kind.TEXT, "the check"),
    Field("level", Kind.TEXT, "what it does: refuse, warning or information"),
    Field("dataset", Kind.TEXT, "data set"),
    Field("field", Kind.TEXT, "the field; null: the whole row or file"),
    Field("finding_count", Kind.WHOLE, "how often"),
    Field("sentence", Kind.TEXT, "what was met"),
    Field("remedy", Kind.TEXT, "what to do"),
)
LOADS = (
    Field("load_id", Kind.TEXT, "the load"),
    Field("received_at", Kind.MOMENT, "when the commissioner received it"),
    Field("committed_at", Kind.MOMENT, "when it was kept"),
    Field("submission", Kind.WHOLE, "the submission it came in; null: from the command line"),
    Field("dataset", Kind.TEXT, "data set"),
    Field("provider_code", Kind.TEXT, "the code under which the provider sent it"),
    Field("financial_year", Kind.TEXT, "financial year, as 2023-24"),
    Field("financial_month", Kind.WHOLE, "month of the financial year, 1 for April"),
    Field("accepted_rows", Kind.WHOLE, "rows that count"),
    Field("refused_rows", Kind.WHOLE, "rows that were refused"),
    Field("activity", Kind.DECIMAL, "units of activity; null: none is stated"),
    Field("price_gbp", Kind.DECIMAL, "pounds; null: none is stated"),
    Field("status", Kind.TEXT, "current, superseded or withdrawn"),
)
CALENDAR = (
    Field("financial_year", Kind.TEXT, "financial year, as 2023-24"),
    Field("financial_month", Kind.WHOLE, "month of the financial year, 1 for April"),
    *(
        Field(name, Kind.DAY, f"{words}; null: not set")
        for name, words in (
            ("flex_submission_date", "send flex by"),
            ("flex_inclusion_date", "flex is drawn"),
            ("freeze_submission_date", "send freeze by"),
            ("freeze_inclusion_date", "freeze is drawn"),
        )
    ),
    Field("source", Kind.TEXT, "where the dates come from; null: not given"),
)
CHALLENGES = (
    Field("id", Kind.WHOLE, "number of the challenge"),
    Field("provider_code", Kind.TEXT, "the provider"),
    Field("commissioner_code", Kind.TEXT, "the ICB or region that raised it"),
    Field("dataset", Kind.TEXT, "data set"),
    Field("financial_year", Kind.TEXT, "financial year, as 2023-24"),
    Field("financial_month", Kind.WHOLE, "month of the financial year, 1 for April"),
    Field("load_id", Kind.TEXT, "the load that it is about"),
    Field("reason", Kind.TEXT, "duplicate, wrong_commissioner, wrong_service, price or other"),
    Field("at_stake_gbp", Kind.DECIMAL, "pounds at stake"),
    Field("raised_at", Kind.MOMENT, "when it was raised"),
    Field("reply_due", Kind.DAY, "the day a reply is due"),
    Field("stage", Kind.TEXT, "open, proposed, settled or dropped"),
    Field("outcome", Kind.TEXT, "upheld, partly or rejected; null: none is put forward"),
    Field("proposed_gbp", Kind.DECIMAL, "pounds put forward; null: nothing is"),
    Field("agreed_gbp", Kind.DECIMAL, "pounds given up; null: not settled"),
    Field("ended_at", Kind.MOMENT, "when it ended; null: it is open"),
)
STEPS = (
    Field("at", Kind.MOMENT, "when"),
    Field("side", Kind.TEXT, "commissioner or provider"),
    Field("act", Kind.TEXT, "raised, replied, proposed, agreed or dropped"),
    Field("words", Kind.TEXT, "what was said; empty: nothing"),
    Field("attachment_count", Kind.WHOLE, "files that go with it; download them on the page"),
)
NUMBER = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
SUBMISSION = Part("submission_id", "run_number", NUMBER, "Number of a submission.")
CHALLENGE = Part("challenge_id", "run_number", NUMBER, "Number of a challenge.")


class SubmissionsQuestion(Paged):
    """Which submissions."""

    provider = Written(CODE, help_text="Only those of this provider.")
    stage = forms.ChoiceField(
        choices=[(stage.value, stage.label) for stage in Submission.Stage
                 if stage != Submission.Stage.DROPPED],
        required=False, help_text="Only those at this stage.",
    )  # fmt: skip


class LoadsQuestion(Paged):
    """Which loads."""

    provider = Written(CODE, help_text="Only what was sent under this provider's code.")


class ChallengesQuestion(Paged):
    """Which challenges."""

    stage = forms.ChoiceField(
        choices=Challenge.Stage.choices, required=False, help_text="Only those at this stage."
    )


def submissions(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """What was sent, the newest first."""
    found = queries.find_submissions(viewer, provider=asked["provider"], stage=asked["stage"])
    return _at_hand(SUBMISSIONS, [_submission(one) for one in found])


def submission(viewer: Viewer, asked: Mapping[str, Any], submission_id: int) -> Asked | None:
    """One submission, how far it is, and what was found in it by check."""
    found = queries.submission_seen_by(viewer, submission_id)
    if found is None:
        return None
    task = queries.task_of(found)
    facts = {
        "submission": _submission(found),
        "progress": None if task is None or found.ended else f"{task.done} of {task.total}",
    }
    rows = [{f.name: row[f.name] or None for f in CHECKS} for row in found.summary]
    return _at_hand(CHECKS, rows, facts)


def loads(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """What each load says of each month, the newest load first."""
    rows = [
        {
            **{f.name: row[f.name] for f in LOADS if f.name in row},
            "received_at": one.load["received_at"],
            "committed_at": one.load["committed_at"],
            "submission": one.sent.pk if one.sent else None,
        }
        for one in stored.loads_seen_by(viewer, provider=asked["provider"])
        for row in one.slices
    ]
    return _at_hand(LOADS, rows)


def calendar(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """When each month's files are due."""
    return _at_hand(CALENDAR, [{f.name: r[f.name] for f in CALENDAR} for r in stored.calendar()])


def challenges(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The log of challenges, the first due first."""
    found = disputes.find_challenges(viewer, stage=asked["stage"])
    return _at_hand(CHALLENGES, [_challenge(one) for one in found])


def challenge(viewer: Viewer, asked: Mapping[str, Any], challenge_id: int) -> Asked | None:
    """One challenge and what both sides said, in order."""
    found = disputes.challenge_seen_by(viewer, challenge_id)
    if found is None:
        return None
    rows = [
        {"at": step.at, "side": step.side, "act": step.act, "words": step.words,
         "attachment_count": len(step.attachments.all())}
        for step in found.steps.all()
    ]  # fmt: skip
    return _at_hand(STEPS, rows, {"challenge": _challenge(found)})


def _at_hand(
    fields: tuple[Field, ...], rows: Sequence[Row], facts: Mapping[str, Any] | None = None
) -> Asked:
    """An answer that was read already: its mark is what it says."""

    def work(window: Window | None) -> Answer:
        return Answer(fields, rows, facts or {})

    return Asked(marked(rows, facts or {}), work)


def _submission(one: Submission) -> dict[str, Any]:
    row = {f.name: getattr(one, f.name) for f in SUBMISSIONS if f.name != "provider_code"}
    empty_is_none = {name: row[name] or None for name in ("dataset", "load_id", "refusal")}
    return {**row, "provider_code": one.provider.ods_code, **empty_is_none}


def _challenge(one: Challenge) -> dict[str, Any]:
    codes = {
        "provider_code": one.provider.ods_code,
        "commissioner_code": one.commissioner.ods_code,
    }
    row = {f.name: getattr(one, f.name) for f in CHALLENGES if f.name not in codes}
    return {**row, **codes, "outcome": one.outcome or None}


QUESTIONS = (
    Described("/submissions", "submissions", "What was sent, the newest first.",
              SubmissionsQuestion, submissions, SUBMISSIONS),
    Described("/submissions/{submission_id}", "submission", "How far one submission is, and what "
              "was found in it, by check.", Paged, submission, CHECKS,
              {"submission": {"$ref": "#/components/schemas/submissions_row"},
               "progress": {"type": ["string", "null"], "description": "Steps done of all; null: "
                            "it has ended, or has not begun."}}, (SUBMISSION,)),
    Described("/loads", "loads", "What each load says of each month, the newest load first.",
              LoadsQuestion, loads, LOADS),
    Described("/calendar", "calendar", "When each month's files are due for flex and for freeze.",
              Paged, calendar, CALENDAR),
    Described("/challenges", "challenges", "The log of challenges, the first due first.",
              ChallengesQuestion, challenges, CHALLENGES),
    Described("/challenges/{challenge_id}", "challenge", "One challenge and what both sides said.",
              Paged, challenge, STEPS,
              {"challenge": {"$ref": "#/components/schemas/challenges_row"}}, (CHALLENGE,)),
)  # fmt: skip
