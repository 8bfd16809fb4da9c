"""What is known of one record, looked up in plain Python: the facts `explain` reasons from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from speccomm.assignment.dated import ReferenceRows, postcode_key
from speccomm.assignment.rules import CamRules
from speccomm.foundation.periods import FinancialYear


class RecordFacts:
    """One record with its codes cleaned and its practice, places, provider and line looked up."""

    def __init__(
        self, record: Mapping[str, Any], reference: ReferenceRows, rules: CamRules
    ) -> None:
        self.rules, self.reference = rules, reference
        self.record = {name: _clean(name, value) for name, value in record.items()}
        self.day: date = self.record["activity_date"]
        self.postcode: str | None = postcode_key(self.record["postcode"]) or None
        self.provider_code = _whole_trust(self.record["provider_code"])
        self.practice = self._practice()
        self.practice_place = self._place(self.practice.get("postcode"))
        self.provider = self._provider()
        self.line, self.status = self._service_line()
        self.residence_basis, self.residence = self._residence()

    def listed(self, name: str) -> tuple[str, ...]:
        """A code list of the rulebook."""
        return self.rules.lists[name]

    def value(self, name: str) -> str:
        """A code of the record as text; empty where missing."""
        return self.record[name] or ""

    @property
    def no_practice(self) -> bool:
        code = self.record["gp_practice_code"]
        return code is None or code in self.listed("no_practice_codes")

    @property
    def english_practice(self) -> bool:
        """Whether the active practice is an English one."""
        if self.practice.get("unlisted"):
            return True
        grouping = self.practice.get("national_grouping")
        return grouping is not None and grouping not in self.listed("not_english_groupings")

    @property
    def english_geography(self) -> bool:
        if self.practice.get("unlisted"):
            return True
        geography = self.practice.get("high_level_health_geography")
        return geography is not None and geography not in self.listed("not_english_geographies")

    @property
    def practice_commissioner(self) -> str | None:
        code = self.practice.get("commissioner_code")
        return None if code in self.listed("rejected_commissioners") else code

    @property
    def forces_practice(self) -> bool:
        """Whether the active practice is an English forces practice."""
        if self.practice.get("commissioner_code") not in self.listed("forces_commissioners"):
            return False
        country = self.practice_place.get("country_code")
        if country is not None:
            return country in self.listed("english_countries")
        return any(
            row["english"] and row["practice_code"] == self.practice["practice_code"]
            for row in self.reference.rows("armed_forces_practices")
        )

    @property
    def is_default_postcode(self) -> bool:
        """Whether the recorded postcode is one that stands for an unknown place in the country."""
        return any(
            row["kind"] == "uk_default" and postcode_key(row["postcode"]) == self.postcode
            for row in self.reference.rows("pseudo_postcodes")
        )

    def is_forces_post(self, postcode: str | None) -> bool:
        return postcode_key(postcode)[:-3] in self.listed("forces_postcode_areas")

    @property
    def prison_hubs(self) -> set[str] | None:
        """Hubs of the establishments at the recorded postcode; None where there is no prison."""
        rows = [
            row
            for row in self.reference.rows("establishments")
            if self.postcode is not None and postcode_key(row["postcode"]) == self.postcode
        ]
        return {row["health_justice_hub_code"] for row in rows} - {None} if rows else None

    @property
    def in_border_area(self) -> bool:
        return self.residence.get("icb_code") in self.listed("border_icbs") or self.residence.get(
            "local_authority_code"
        ) in self.listed("border_authorities")

    @property
    def nation(self) -> str:
        """The devolved nation that pays; asked only where one does."""
        if self.practice_commissioner in self.listed("welsh_boards") and self.in_border_area:
            return "Wales"
        country = self.residence.get("country_code")
        return next(
            name for name, nation in self.rules.nations.items() if nation.country == country
        )

    @property
    def mental_health(self) -> bool:
        code = self.value("service_code")
        if not self.line or code in self.listed("not_mental_health"):
            return False
        if code in self.listed("both_groupings"):
            return self.rules.settings["both_groupings_category"] == "22"
        return bool(self.line["mental_health"])

    def region(self, code: str | None) -> dict[str, Any]:
        """The latest row of a region."""
        rows = [row for row in self.reference.rows("regions") if row["region_code"] == code]
        return max(rows, key=lambda row: row["from_date"] or date.min, default={})

    def sub_icb_region(self, code: str | None) -> dict[str, Any]:
        """The region, on the record's day, of the board a sub-ICB belongs to."""
        icb = self._current("sub_icbs", "sub_icb_code", code).get("icb_code")
        region = self._current("icbs", "icb_code", icb).get("region_code")
        return self._current("regions", "region_code", region)

    def agreement(self, sub_icb: str | None) -> bool | None:
        """Whether a delegation agreement is recorded in force; None for an unknown sub-ICB."""
        icb = self._current("sub_icbs", "sub_icb_code", sub_icb).get("icb_code")
        if not self._current("icbs", "icb_code", icb):
            return None
        return any(
            row["delegated"]
            for row in self.reference.on("delegation", self.day)
            if row["sub_icb_code"] == sub_icb
        )

    def _current(self, table: str, key: str, code: str | None) -> dict[str, Any]:
        rows = [row for row in self.reference.on(table, self.day) if code and row[key] == code]
        return max(rows, key=lambda row: row["from_date"] or date.min, default={})

    def _place(self, postcode: str | None) -> dict[str, Any]:
        return self.reference.place(postcode) or {}

    def _practice(self) -> dict[str, Any]:
        """The active practice on the day; of several rows the one opened last."""
        code = self.record["gp_practice_code"]
        rows = [row for row in self.reference.rows("practices") if row["practice_code"] == code]
        active = [row for row in rows if self._is_active(row)]
        if active:
            return max(reversed(active), key=lambda row: row["open_date"] or date.min)
        if rows:
            return {}
        for row in self.reference.rows("armed_forces_practices"):
            if row["practice_code"] == code and row["english"] and _open(row, self.day):
                commissioner = self.listed("forces_commissioners")[0]
                return {**row, "commissioner_code": commissioner, "unlisted": True}
        return {}

    def _is_active(self, row: dict[str, Any]) -> bool:
        status = row["status"]
        closing = status in self.listed("closed_statuses") and row["close_date"] is not None
        return (status in self.listed("active_statuses") or closing) and _open(row, self.day)

    def _provider(self) -> dict[str, Any]:
        code = self.provider_code
        listed = [row for row in self.reference.rows("providers") if row["provider_code"] == code]
        trusts = [row for row in self.reference.rows("trusts") if row["provider_code"] == code]
        own = listed[0] if listed else {}
        trust = max(trusts, key=lambda row: row["from_date"] or date.min, default={})
        if not own and not trust:
            return {}
        place = dict(self._place(own.get("postcode") or trust.get("postcode")))
        for name in ("icb_code", "region_code"):
            place[name] = place.get(name) or trust.get(name)
        if not place.get("sub_icb_code"):
            members = {
                row["sub_icb_code"]
                for row in self.reference.rows("sub_icbs")
                if row["icb_code"] == place["icb_code"]
            }
            place["sub_icb_code"] = members.pop() if len(members) == 1 else None
        return {
            **place,
            "hub_code": own.get("hub_code"),
            "contract": own.get("nhs_england_contract"),
        }

    def _service_line(self) -> tuple[dict[str, Any] | None, str | None]:
        code, year = self.record["service_code"], str(FinancialYear.holding(self.day))
        in_list = [
            row
            for row in self.reference.rows("service_status")
            if (row["service_code"], row["financial_year"]) == (code, year) and row["in_list"]
        ]
        lines = [row for row in self.reference.rows("service_lines") if row["service_code"] == code]
        return (lines[-1], in_list[0]["status"]) if in_list and lines else (None, None)

    def _residence(self) -> tuple[str, dict[str, Any]]:
        """Where the patient counts as living, and what that was taken from."""
        unknown = self.postcode is None or self.is_default_postcode
        unlocated = unknown or self.is_forces_post(self.postcode)
        by_practice = self.rules.settings["forces_address"] == "practice_if_unlocated"
        if unlocated and by_practice and self.forces_practice:
            if self.practice_place.get("country_code") is not None:
                return "practice", self.practice_place
        if unknown:
            england = self.listed("english_countries")[0]
            return "provider", {**self.provider, "country_code": england}
        return "recorded", self._place(self.postcode)


def _clean(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name == "record_id":
        return value
    code = value.strip().upper() or None
    if code is not None and name in ("administrative_category", "source_of_admission"):
        return code.rjust(2, "0")
    return code.rjust(3, "0") if code is not None and name == "cds_type" else code


def _whole_trust(code: str | None) -> str | None:
    whole = code is not None and len(code) == 5 and code.endswith("00")  # noqa: PLR2004
    return code[:3] if whole and code is not None else code


def _open(row: dict[str, Any], day: date) -> bool:
    return (row["open_date"] or date.min) <= day <= (row["close_date"] or date.max)
