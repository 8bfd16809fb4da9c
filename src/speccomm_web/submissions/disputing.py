"""What both sides do with a challenge: each one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.library import library
from speccomm_web.submissions import disputes
from speccomm_web.submissions.disputes import RowName, SliceVersion
from speccomm_web.submissions.models import (
    Attachment,
    Challenge,
    ChallengedRow,
    ChallengeStep,
)
from speccomm_web.submissions.queries import acting
from speccomm_web.submissions.row_sight import RAISERS
from speccomm_web.submissions.terms import attachment_fault, terms_on
from speccomm_web.submissions.uploads import ReceivedFile, different_names

Stage, Outcome, Side = Challenge.Stage, Challenge.Outcome, Challenge.Side


class ChangedMeanwhile(Exception):
    """Somebody else did something with the challenge first."""


class CannotDoThat(Exception):
    """Something that this person, or the challenge as it stands, does not allow."""


def raise_challenge(
    *,
    viewer: Viewer,
    about: SliceVersion,
    rows: Sequence[RowName],
    commissioner: str,
    reason: str,
    says: str,
    at_stake_gbp: Decimal | None,
) -> int:
    """Dispute a slice, or some of its rows, and return the challenge's id.

    With rows, the money at stake is the sum of their prices as the store holds them. A body
    disputes no more than it may see: a region the whole month, an ICB what is charged to it or its
    patients.

    Raises:  CannotDoThat.
    """
    terms = terms_on(timezone.localdate())
    if not viewer.may(*RAISERS, organisation=commissioner):
        raise CannotDoThat("You may not raise a challenge for this body.")
    if len(rows) > terms.most_rows:
        raise CannotDoThat(f"Choose at most {terms.most_rows} rows for one challenge.")
    at_stake_gbp = _at_stake(viewer, about, rows, commissioner, at_stake_gbp)
    now = timezone.now()
    with transaction.atomic():
        challenge = Challenge.objects.create(
            provider=Organisation.objects.get(ods_code=about.provider_code),
            commissioner=Organisation.objects.get(ods_code=commissioner),
            dataset=about.dataset, financial_year=about.financial_year,
            financial_month=about.financial_month, load_id=about.load_id, reason=reason,
            says=says, at_stake_gbp=max(at_stake_gbp.quantize(Decimal("0.01")), Decimal(0)),
            raised_by=acting(viewer), raised_at=now,
            reply_due=timezone.localdate(now) + timedelta(days=terms.reply_days),
        )  # fmt: skip
        ChallengedRow.objects.bulk_create(
            ChallengedRow(challenge=challenge, file_name=name, row_number=number)
            for name, number in sorted(set(rows))
        )
        _record(viewer, challenge, side=Side.COMMISSIONER, act="raised", words=says)
    return challenge.pk


def _at_stake(
    viewer: Viewer,
    about: SliceVersion,
    rows: Sequence[RowName],
    body: str,
    stated_gbp: Decimal | None,
) -> Decimal:
    """The money at stake: what the rows cost, or what was stated of a month if it is no more."""
    sight = disputes.sight_of(viewer, about, body=body)
    only = rows or None
    found = disputes.rows_of(about, sight=sight, only=only, most=0) if sight else None
    if found is None or not found.row_count:
        raise CannotDoThat("Nothing in this month is charged to this body or to its patients.")
    if rows:
        if found.row_count != len(set(rows)):
            raise CannotDoThat(
                "Some of these rows are not this body's to challenge, or the month was loaded anew "
                "since you chose them. Choose again."
            )
        return found.price_gbp
    if stated_gbp is None:
        raise CannotDoThat("Say how much money is at stake.")
    if stated_gbp > found.price_gbp:
        raise CannotDoThat("No more can be at stake than the month is priced at.")
    return stated_gbp


def reply(
    *,
    viewer: Viewer,
    challenge: Challenge,
    version: int,
    words: str,
    files: Sequence[ReceivedFile],
) -> None:
    """Say something, with files or without.

    Raises:  CannotDoThat, ChangedMeanwhile.
    """
    side = _side(viewer, challenge)
    _refuse_attachments(files)
    folder = library().uploads / "attachments"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = different_names([file.name for file in files])
    kept: list[Path] = []
    try:
        with transaction.atomic():
            _claim(challenge, version)
            step = _record(viewer, challenge, side=side, act="replied", words=words)
            for name, file in zip(names, files, strict=True):
                place = file.path.rename(folder / file.path.with_suffix("").name)
                kept.append(place)
                Attachment.objects.create(
                    step=step, file_name=name, place=str(place.relative_to(library().uploads)),
                    sha256=file.sha256, bytes=file.bytes,
                )  # fmt: skip
    except BaseException:
        for place in kept:
            place.unlink(missing_ok=True)
        raise


def propose(
    *,
    viewer: Viewer,
    challenge: Challenge,
    version: int,
    outcome: str,
    gbp: Decimal | None,
    words: str,
) -> None:
    """Put an outcome forward, for the other side to agree.

    Raises:  CannotDoThat, ChangedMeanwhile.
    """
    side = _side(viewer, challenge)
    amount = {Outcome.UPHELD: challenge.at_stake_gbp, Outcome.REJECTED: Decimal(0)}.get(
        Outcome(outcome), gbp
    )
    if amount is None:
        raise CannotDoThat("Say how much money the provider gives up.")
    if outcome == Outcome.PARTLY and not 0 < amount < challenge.at_stake_gbp:
        raise CannotDoThat("A part is more than nothing and less than the money at stake.")
    with transaction.atomic():
        _claim(challenge, version, stage=Stage.PROPOSED, proposed_by=side, outcome=outcome,
               proposed_gbp=amount)  # fmt: skip
        _record(viewer, challenge, side=side, act="proposed", words=words,
                outcome=outcome, gbp=str(amount))  # fmt: skip


def accept(*, viewer: Viewer, challenge: Challenge, version: int) -> None:
    """Agree to what the other side has put forward: the challenge is settled.

    Raises:  CannotDoThat, ChangedMeanwhile.
    """
    side = _side(viewer, challenge)
    if challenge.stage != Stage.PROPOSED:
        raise CannotDoThat("There is nothing to agree to.")
    if challenge.proposed_by == side:
        raise CannotDoThat("The other side has to agree to what yours put forward.")
    with transaction.atomic():
        _claim(challenge, version, stage=Stage.SETTLED, agreed_gbp=challenge.proposed_gbp,
               ended_at=timezone.now())  # fmt: skip
        _record(viewer, challenge, side=side, act="agreed", words="",
                outcome=challenge.outcome, gbp=str(challenge.proposed_gbp))  # fmt: skip


def drop_challenge(*, viewer: Viewer, challenge: Challenge, version: int) -> None:
    """Take a challenge back.

    Raises:  CannotDoThat, ChangedMeanwhile.
    """
    side = _side(viewer, challenge)
    if side != Side.COMMISSIONER:
        raise CannotDoThat("Only the commissioner can take a challenge back.")
    with transaction.atomic():
        _claim(challenge, version, stage=Stage.DROPPED, ended_at=timezone.now())
        _record(viewer, challenge, side=side, act="dropped", words="")


def _side(viewer: Viewer, challenge: Challenge) -> str:
    side = disputes.side_of(viewer, challenge)
    if not side:
        raise CannotDoThat("You are on neither side of this challenge.")
    if challenge.ended:
        raise CannotDoThat("The challenge has ended: nothing more can be added to it.")
    return side


def _claim(challenge: Challenge, version: int, **changes: object) -> None:
    """Change the challenge only where nobody else has since it was read."""
    open_still = [Stage.OPEN, Stage.PROPOSED]
    mine = Challenge.objects.filter(pk=challenge.pk, version=version, stage__in=open_still)
    if not mine.update(version=F("version") + 1, **changes):
        raise ChangedMeanwhile


def _record(
    viewer: Viewer, challenge: Challenge, *, side: str, act: str, words: str, **details: str
) -> ChallengeStep:
    said = details.get("outcome", "")
    if said:
        offered = f"{Outcome(said).label}, £{Decimal(details['gbp']):,.2f}."
        words = f"{offered} {words}".strip()
    step = ChallengeStep.objects.create(
        challenge=challenge, at=timezone.now(), by=acting(viewer), side=side, act=act,
        words=words,
    )  # fmt: skip
    record_audit(
        viewer=viewer, act=f"challenge_{act}", subject_kind="challenge", subject=str(challenge.pk),
        details={"side": side, "provider": challenge.provider.ods_code, **details},
    )  # fmt: skip
    return step


def _refuse_attachments(files: Sequence[ReceivedFile]) -> None:
    terms = terms_on(timezone.localdate())
    if len(files) > terms.most_attachments:
        raise CannotDoThat(f"Attach at most {terms.most_attachments} files.")
    faults = [attachment_fault(file.name, file.path, terms) for file in files]
    if any(faults):
        raise CannotDoThat(" ".join(filter(None, faults)))
