"""The pages that each role reads, and how often each asks the database.

Run inside the installation: `python -m benchmarks.web.pages pages` prints the addresses of each
role by kind of page; `... queries` opens each kind as its reader and prints the most queries of each.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import django

SEED, MOST = 7, 400  # addresses of one kind
Kinds = dict[str, dict[str, Any]]
SPLITS = ("crg", "provider", "icb", "service", "pod", "month")
WORDS = ("renal", "cardiac", "neuro", "birmingham", "RRK", "cancer", "QWU", "paediatric")
COMMISSIONERS = ("analyst", "icb-analyst", "contracts", "quality", "network", "planner")
READERS = (*COMMISSIONERS, "board", "submitter", "other-submitter", "administrator")


def pages() -> dict[str, Kinds]:
    """Each reader's kinds of page: how often it is chosen, and its addresses, the popular first."""
    from speccomm_web.config.demonstration import ADDRESS
    from speccomm_web.packs.models import Pack
    from speccomm_web.runs.models import FinishedRun

    built = [pack.pk for pack in Pack.objects.exclude(folder="")]
    runs = {run.pk: [table["name"] for table in run.tables] for run in FinishedRun.objects.all()}
    found = {}
    for name in READERS:
        email = f"{name}@{ADDRESS}"
        kinds: Kinds = {"home": _kind(2, ["/"])}
        if name == "administrator":
            kinds |= {"people": _kind(3, ["/people/"]), "audit": _kind(3, ["/audit/"])}
            kinds |= _runs(runs)
        else:
            kinds |= _explored(email)
        if name in COMMISSIONERS:
            kinds |= _runs(runs) | _evidence()
        if name in (*COMMISSIONERS, "submitter", "other-submitter"):
            lists = ["/submissions/", "/submissions/loads", "/submissions/calendar"]
            kinds["submissions"] = _kind(3, [*lists, "/submissions/challenges"])
        if name not in ("submitter", "other-submitter", "administrator"):
            kinds["packs"] = _kind(2, ["/packs/"])
            if built and name in ("analyst", "planner", "quality", "contracts"):
                kinds["pack"] = _kind(2, [f"/packs/{pk}" for pk in built])
                kinds["pack's page"] = _kind(1, [f"/packs/{pk}/read/index.html" for pk in built])
        found[email] = kinds
    return found


def _kind(weight: float, addresses: Iterable[str]) -> dict[str, Any]:
    return {"weight": weight, "addresses": list(addresses)}


def _runs(runs: dict[int, list[str]]) -> Kinds:
    tables = [f"/runs/{pk}/{name}" for pk, names in runs.items() for name in names]
    kinds = {"runs": _kind(1, ["/runs/", *(f"/runs/{pk}" for pk in runs)])}
    return kinds | ({"table of a run": _kind(1, tables)} if tables else {})


def _evidence() -> Kinds:
    names = ("surveillance", "highlights", "fragile", "priorities", "sites")
    return {
        "evidence grid": _kind(2, ["/evidence/"]),
        "other evidence": _kind(2, [f"/evidence/{name}" for name in names]),
    }


def _explored(email: str) -> Kinds:
    """What one reader may explore: addresses made from the codes that the store holds."""
    from speccomm_web.accounts.models import Person
    from speccomm_web.accounts.queries import viewer_for
    from speccomm_web.explore.queries import opening
    from speccomm_web.explore.queries.flows import names_of

    viewer = viewer_for(Person.objects.get(email=email), on=_today())
    places = [place.code for place in opening.places_of(viewer)]
    opened = opening.opened(viewer, "")
    if opened is None:
        return {}
    names = names_of(opened)
    months = [str(month) for month in opened.held.months]
    last = opened.held.contract_months[-1]
    year = {"year": str(last.year), "month": str(last.number)}
    whole = {"from": months[0], "to": months[-1]}
    late = {"from": months[len(months) // 2 + 1], "to": months[-1]}
    measures = ("imported", "exported", "grand_total")
    kinds = {
        "explore": _kind(1, ["/explore/"]),
        "search": _kind(1, _addresses("/explore/", [{"words": word} for word in WORDS])),
        "flows": _kind(
            5, _mixed("/explore/flows", places, names, [{**whole, "by": by} for by in SPLITS])
        ),
        "changes": _kind(
            2,
            _mixed(
                "/explore/changes", places, {**names, "provider": {}},
                [{**late, "by": by, "measure": m} for by in SPLITS[:4] for m in measures],
            ),
        ),
        "contract": _kind(
            4,
            _mixed(
                "/explore/contract", places, {"provider": names["provider"]},
                [{**year, "by": by} for by in ("provider", "service")],
            ),
        ),
        "receipt": _kind(
            1,
            _mixed("/explore/receipt", places, {}, [{**whole, "measure": m} for m in measures]),
        ),
    }  # fmt: skip
    return kinds


def _mixed(
    path: str, places: Sequence[str], names: dict[str, dict[str, str]], asked: list[dict[str, str]]
) -> list[str]:
    """Every place as asked, then places with one filter, mixed: far more than a walk will read."""
    plain = [{"place": place, **more} for place, more in itertools.product(places, asked)]
    filters = [
        {name: code}
        for name in ("provider", "service", "crg", "icb", "pod")
        for code in names.get(name, {})
    ]
    drawn = random.Random(SEED)
    narrowed = [
        {"place": drawn.choice(places), **drawn.choice(asked), **drawn.choice(filters)}
        for _ in range(MOST if filters else 0)
    ]
    drawn.shuffle(plain)
    return _addresses(path, [*plain, *narrowed])[:MOST]


def _addresses(path: str, asked: Iterable[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(f"{path}?{urlencode(one)}" for one in asked))


def queries(walked: dict[str, Kinds]) -> dict[str, int]:
    """The most queries of each kind of page, each opened twice by everyone who reads it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.web.place import HOST
    from speccomm_web.accounts.models import Person

    most: dict[str, int] = {}
    for email, kinds in walked.items():
        client = Client(headers={"host": HOST, "x-forwarded-proto": "https"})
        person = Person.objects.get(email=email)
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        for kind, said in kinds.items():
            for address in [*said["addresses"][:2]] * 2:
                with CaptureQueriesContext(connection) as asked:
                    status = client.get(address).status_code
                if status != 200:
                    raise SystemExit(f"{address} as {email}: {status}")
                most[kind] = max(most.get(kind, 0), len(asked))
    return most


def _today() -> Any:
    from django.utils import timezone

    return timezone.localdate()


def main() -> None:
    """Print what is asked for as one line of JSON, after whatever else was printed."""
    import logging

    django.setup()
    logging.disable(logging.WARNING)
    walked = pages()
    print(json.dumps(walked if sys.argv[1] == "pages" else queries(walked)))


if __name__ == "__main__":
    main()
