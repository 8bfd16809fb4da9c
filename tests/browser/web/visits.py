"""Where each address leads in an application that holds what `seeding` makes, and who goes there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

PERIOD = "place=QWU&from=2023-04&to=2023-12"
SLICE = {"slice_dataset": "plcm", "slice_provider": "RKB", "slice_year": "2023-24"}
FAULTS = (409, 500)
WRITTEN = ("surveillance", "safety_events")
NOBODY = ""
# Opened on the way in, by a test of its own: without a password given it leads away.
ON_THE_WAY_IN = {"mfa_authenticate"}
Named = Mapping[str, Any]


@dataclass(frozen=True)
class Visit:
    """One address, the word for who opens it (empty: nobody signed in), and the status it has."""

    who: str
    name: str
    address: str
    status: int = 200


def visit(
    who: str, page: str, query: str = "", *, expects: int = 200, **arguments: object
) -> Visit:
    """A visit of a page by its name, with the parameters of its address and its query."""
    address = reverse(page, kwargs=arguments or None)
    return Visit(who, page, f"{address}?{query}" if query else address, expects)


def pages(named: Named) -> list[Visit]:
    """Every page, at each state that looks different."""
    return [
        *_open(named), *_accounts(named), *_runs(named), *_packs(named), *_explore(named),
        *_submissions(named), *_challenges(named), *_evidence(named),
    ]  # fmt: skip


def _open(named: Named) -> Iterator[Visit]:
    for name in (
        "account_login", "account_inactive", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done",
        "socialaccount_login_cancelled", "accessibility", "privacy", "design:style", "api:guide",
    ):  # fmt: skip
        yield visit(NOBODY, name)
    yield visit(NOBODY, "account_reset_password_from_key", uidb36=named["uidb36"], key=named["key"])
    yield visit(NOBODY, "account_reset_password_from_key", uidb36=named["uidb36"], key="old-link")
    yield visit(NOBODY, "openid_connect_login", provider_id="organisation")
    yield visit(NOBODY, "openid_connect_callback", provider_id="organisation", expects=401)
    yield visit(NOBODY, "socialaccount_login_error", expects=401)
    yield visit(NOBODY, "account_signup", expects=404)
    yield visit(NOBODY, "socialaccount_signup", expects=404)
    for status in FAULTS:
        yield visit(NOBODY, "design:fault", status=status, expects=status)


def _accounts(named: Named) -> Iterator[Visit]:
    yield visit("passwordless", "account_set_password")
    yield visit("passwordless", "account_logout")
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
                 "mfa_deactivate_totp", "mfa_reauthenticate"):  # fmt: skip
        yield visit("factor", name)
    for name in ("account_reauthenticate", "account_change_password", "mfa_index",
                 "mfa_activate_totp", "accounts:own", "accounts:tokens",
                 "accounts:permissions"):  # fmt: skip
        yield visit("analyst", name)
    for name in ("accounts:people", "accounts:add_person", "audit:entries"):
        yield visit("administrator", name)
    yield visit("administrator", "accounts:person", person_id=named["person"])
    yield visit("board", "accounts:people", expects=403)


def _runs(named: Named) -> Iterator[Visit]:
    yield visit("analyst", "runs:list")
    yield visit("analyst", "runs:run", run_id=named["run_flows"])
    yield visit("analyst", "runs:table", run_id=named["run_contract"], name="contract")
    for stage in ("under_way", "done"):
        yield visit("analyst", "runs:task", task_id=named[f"task_{stage}"])


def _packs(named: Named) -> Iterator[Visit]:
    yield visit("analyst", "packs:list")
    for kind in ("pack", "annual-report"):
        yield visit("analyst", "packs:ask", f"kind={kind}")
    for stage in ("building", "approved", "withdrawn"):
        yield visit("quality", "packs:pack", pack_id=named[stage])
    for stage in ("building", "failed", "built", "published"):
        yield visit("analyst", "packs:pack", pack_id=named[stage])
    yield visit("analyst", "packs:changes", pack_id=named["built"])
    yield visit("analyst", "packs:file", pack_id=named["built"], file_path="index.html")
    for name in ("packs:section", "packs:comment"):
        yield visit("analyst", name, pack_id=named["built"], section="headlines")
    yield visit("analyst", "packs:withdraw", pack_id=named["published"])
    yield visit("board", "packs:published", address=named["address_published"])
    yield visit("board", "packs:published", address=named["address_withdrawn"], expects=410)
    yield visit("board", "packs:published_file", address=named["address_published"],
                file_path="index.html")  # fmt: skip
    yield visit("board", "packs:published_file", address=named["address_published"],
                file_path="no-such.html", expects=404)  # fmt: skip


def _explore(named: Named) -> Iterator[Visit]:
    yield visit("submitter", "explore:home")
    yield visit("analyst", "explore:home", "words=renal")
    yield visit("analyst", "explore:flows", PERIOD)
    yield visit("analyst", "explore:flows", f"{PERIOD}&as_at=yesterday")
    yield visit("analyst", "explore:changes", "place=QWU&from=2023-11&to=2023-12")
    yield visit("analyst", "explore:map", "place=Y60")
    yield visit("analyst", "explore:contract", "place=QWU&as_at=2024-01-19T09:00:00Z")
    yield visit("analyst", "explore:receipt", f"{PERIOD}&measure=imported")
    yield visit("analyst", "explore:contract_receipt",
                "place=QWU&year=2023-24&month=9&figure=actual_gbp")  # fmt: skip
    yield visit("analyst", "explore:rows", "place=QWU&dataset=plcm&provider=RKB&month=2023-05")
    yield visit("analyst", "explore:why", named["why"])


def _submissions(named: Named) -> Iterator[Visit]:
    for name in ("home", "submissions:list", "submissions:send", "submissions:loads",
                 "submissions:calendar"):  # fmt: skip
        yield visit("submitter", name)
    for stage in ("checked", "loaded", "refused", "sent"):
        yield visit("submitter", "submissions:submission",
                    submission_id=named[f"submission_{stage}"])  # fmt: skip
    for name, stage in (("confirm", "asking"), ("findings", "checked"), ("refused", "loaded")):
        yield visit("submitter", f"submissions:{name}", submission_id=named[f"submission_{stage}"])
    for name in ("load", "withdraw"):
        yield visit("analyst", f"submissions:{name}", load_id=named["load"])
    yield visit("analyst", "submissions:slice", "first=1&second=2", slice_month=7,
                **{**SLICE, "slice_dataset": "deplcm"})  # fmt: skip
    yield visit("administrator", "submissions:mailbox")
    for kind in ("unknown_sender", "too_large"):
        yield visit("administrator", "submissions:message", received_id=named[f"message_{kind}"])


def _challenges(named: Named) -> Iterator[Visit]:
    for name in ("slice", "rows", "raise"):
        yield visit("contracts", f"submissions:{name}", slice_month=9, **SLICE)
    yield visit("contracts", "submissions:challenges")
    for stage in ("open", "proposed", "settled"):
        who = "submitter" if stage == "open" else "contracts"
        yield visit(who, "submissions:challenge", challenge_id=named[f"challenge_{stage}"])


def _evidence(named: Named) -> Iterator[Visit]:
    yield visit("quality", "evidence:overview", "words=renal")
    for name in ("surveillance", "highlights", "fragile", "priorities", "sites",
                 "import"):  # fmt: skip
        yield visit("quality", f"evidence:{name}")
    yield visit("quality", "evidence:sheet", sheet_id=named["sheet"])
    for register in WRITTEN:
        yield visit("quality", "evidence:new", register=register)
    yield visit("quality", "evidence:list", register="safety_events")
    service = f"service_code={named['service']}"
    yield visit("quality", "evidence:list", service, register="networks")
    for name in ("entry", "history"):
        yield visit("quality", f"evidence:{name}", service, register="ssqd")


def files(named: Named) -> list[Visit]:
    """Every address that answers with something other than a page."""
    address = {"address": named["address_published"]}
    return [
        *(visit(NOBODY, name) for name in ("icon", "healthz", "readyz", "metrics", "api:openapi")),
        visit("factor", "mfa_download_recovery_codes"),
        visit("analyst", "runs:download", run_id=named["run_flows"], name="flows", format_="csv"),
        visit("analyst", "runs:download", run_id=named["run_flows"], name="flows", format_="xlsx"),
        visit("analyst", "runs:task_progress", task_id=named["task_under_way"]),
        visit("analyst", "packs:archive", pack_id=named["built"]),
        visit("board", "packs:published_archive", **address),
        visit("analyst", "explore:flows_download", PERIOD, name="flows", format_="csv"),
        visit("analyst", "explore:contract_download", "place=QWU", name="position", format_="xlsx"),
        visit("submitter", "submissions:progress", submission_id=named["submission_sent"]),
        visit("contracts", "submissions:attachment", challenge_id=named["challenge_proposed"],
              attachment_id=named["attachment"]),
        *_questions(named),
    ]  # fmt: skip


def _questions(named: Named) -> Iterator[Visit]:
    """The questions of the programming interface, asked in a session."""
    queries = {"flows": "place=QWU&from=2023-04&to=2023-11", "contract": "place=QWU&to=2023-11",
               "history": "dataset=plcm&provider=RRK&year=2023-24&month=8",
               "evidence_highlights": "month=2026-01"}  # fmt: skip
    for name in ("places", "flows", "contract", "history", "runs", "evidence_overview",
                 "evidence_surveillance", "evidence_highlights", "evidence_fragile",
                 "evidence_priorities", "evidence_deliverables", "evidence_sites",
                 "evidence_networks", "submissions", "loads", "calendar", "challenges",
                 "packs"):  # fmt: skip
        yield visit("analyst", f"api:{name}", queries.get(name, ""))
    yield visit("analyst", "api:run", run_id=named["run_flows"])
    yield visit("analyst", "api:run_table", run_id=named["run_flows"], name="flows")
    yield visit("analyst", "api:submission", submission_id=named["submission_loaded"])
    yield visit("analyst", "api:challenge", challenge_id=named["challenge_open"])
    yield visit("analyst", "api:pack_files", address=named["address_published"])


def absent_from_interface() -> list[Visit]:
    """Things of the programming interface that nothing has the number or the name of."""
    return [
        visit("analyst", "api:run", run_id=9999, expects=404),
        visit("analyst", "api:run_table", run_id=9999, name="flows", expects=404),
        visit("analyst", "api:submission", submission_id=9999, expects=404),
        visit("analyst", "api:challenge", challenge_id=9999, expects=404),
        visit("analyst", "api:pack_files", address="no-such-pack", expects=404),
        visit("analyst", "api:flows", "place=QXX&from=2023-04&to=2023-11", expects=404),
        Visit("analyst", "unrouted", "/api/v1/no-such-question", 404),
    ]
