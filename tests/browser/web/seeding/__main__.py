"""Something to see at every address: packs, tasks, submissions, disputes and messages at every stage.

It runs beside the application, in its environment, and does what people do by the pages themselves.
Only what a worker or MESH leaves behind is written straight into the records.

    python -m tests.browser.web.seeding SUBMISSIONS EVIDENCE

is given the files of the synthetic Midlands and prints what it made as one line of JSON: a session
for each person, and the parameters of addresses.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path
from typing import Any

import django

from tests.browser.web.seeding.evidence import evidence
from tests.browser.web.seeding.packs import packs, tasks
from tests.browser.web.seeding.submissions import challenges, messages, submissions
from tests.browser.web.seeding.visitor import Visitor

SECRET = "JBSWY3DPEHPK3PXP"
TOKENS = ("Monthly extract", "A program with a name that is rather longer than most")


def main() -> None:
    """Make everything and print what it is."""
    django.setup()
    sys.stdout.write(json.dumps(_seeded(*map(Path, sys.argv[1:]))) + "\n")


def _seeded(sent: Path, registers: Path) -> dict[str, dict[str, Any]]:
    from speccomm_web.accounts.models import Person
    from speccomm_web.config.demonstration import ADDRESS, PEOPLE

    people = {
        p.email.removesuffix(f"@{ADDRESS}"): Person.objects.get(email=p.email) for p in PEOPLE
    }
    people |= _more_people()
    visitors = {word: Visitor.of(person) for word, person in people.items()}
    named: dict[str, Any] = {"person": people["submitter"].pk}
    named |= _reset_link(people["submitter"])
    named |= submissions(visitors, sent) | packs(visitors) | challenges(visitors)
    named |= evidence(visitors, registers) | messages() | _runs() | tasks(people["analyst"])
    named["why"] = _why(visitors["analyst"])
    for name in TOKENS:
        visitors["analyst"].post("/people/me/tokens", name=name, days="30")
    sessions = {word: visitor.session for word, visitor in visitors.items()}
    return {"sessions": sessions, "named": named}


def _more_people() -> dict[str, Any]:
    """Somebody with a second factor, somebody without a password, and somebody who may not come in."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from speccomm_web.accounts.models import Person
    from speccomm_web.config.demonstration import PASSWORD

    made = {
        word: Person.objects.create_person(
            f"{word}@demonstration.example", None if word == "passwordless" else PASSWORD,
            name=f"Somebody {word}",
        )
        for word in ("factor", "passwordless", "closed")
    }  # fmt: skip
    Person.objects.filter(pk=made["closed"].pk).update(is_active=False)
    TOTP.activate(made["factor"], SECRET)
    RecoveryCodes.activate(made["factor"])
    return made


def _reset_link(person: Any) -> dict[str, str]:
    """The parts of a link to set a new password that is good."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    return {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}


def _why(visitor: Visitor) -> str:
    """The question that the first row of a slice leads to."""
    asked = "/explore/rows?place=QWU&dataset=plcm&provider=RKB&month=2023-05"
    page = visitor.client.get(asked).content.decode()
    found = re.search(r'href="/explore/rows/why\?([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def _runs() -> dict[str, int]:
    """The number of a run by its command."""
    from speccomm_web.runs.models import FinishedRun

    return {
        f"run_{run.command.replace(' ', '_')}": run.pk for run in FinishedRun.objects.order_by("pk")
    }


if __name__ == "__main__":
    main()
