"""What is to be said of one record beside its answer, in plain Python: the oracle of `warnings`."""

from __future__ import annotations

from dataclasses import dataclass

from speccomm.assignment.record_facts import RecordFacts
from speccomm.assignment.record_findings import PSEUDO_POSTCODES
from speccomm.foundation.rulebook import read_rule_table


@dataclass(frozen=True)
class RecordWarning:
    """One check of level warning or note that a record meets; `code` where its sentence names one."""

    check_id: str
    level: str
    sentence: str
    remedy: str
    code: str | None = None

    @property
    def line(self) -> str:
        """The warning as a line to read, with what to do."""
        return f"{self.level.capitalize()}: {self.sentence} {self.remedy}"


def record_warnings(
    facts: RecordFacts, *, exit_name: str, commissioner_code: str | None
) -> tuple[RecordWarning, ...]:
    """Every warning and note on a record that reached `exit_name`, in the order of their names.

    Shape:   the checks that `record_findings.warnings` finds for the same record among many.
    Missing: checks of a table that is not loaded are left out, as there.
    Source:  rule table assignment/record_checks.
    """
    met: dict[str, str | None] = dict.fromkeys(_met(facts, exit_name, commissioner_code))
    if facts.value("cds_type") in facts.listed("admitted_types") and exit_name == "HJ_HUB":
        met["ASN-N01"] = facts.record["source_of_admission"]
    checks = {row["check_id"]: row for row in read_rule_table("assignment/record_checks")}
    return tuple(
        RecordWarning(
            check_id=check_id,
            level=checks[check_id]["level"],
            sentence=checks[check_id]["sentence"].format_map({"code": code}),
            remedy=checks[check_id]["remedy"],
            code=code,
        )
        for check_id, code in sorted(met.items())
    )


def _met(facts: RecordFacts, exit_name: str, commissioner_code: str | None) -> list[str]:
    loaded = facts.reference.reference.loaded
    emergency = facts.value("cds_type") in facts.listed("emergency_types")
    letters = facts.listed("resident_categories") + facts.listed("not_resident_categories")
    service = facts.record["service_code"]
    payable = facts.rules.exits[exit_name] != (None, None)
    unknown_line = service is not None and facts.line is None
    found = {
        "ASN-W01": not emergency
        and facts.value("overseas_visitor_charging_category") not in letters,
        "ASN-W03": "postcodes" in loaded and _unknown_postcode(facts),
        "ASN-W04": "practices" in loaded and not facts.no_practice and not facts.practice,
        "ASN-W05": payable and commissioner_code is None,
        "ASN-W06": not emergency and unknown_line,
        "ASN-W08": not emergency and service is None,
    }
    return [check_id for check_id, holds in found.items() if holds]


def _unknown_postcode(facts: RecordFacts) -> bool:
    """Whether a postcode was written that is neither in the directory nor a pseudo postcode."""
    return (
        facts.postcode is not None
        and facts.reference.place(facts.postcode) is None
        and not facts.is_default_postcode
        and not facts.postcode.startswith(tuple(PSEUDO_POSTCODES))
    )
