"""Judge the rows of one sheet: each becomes a statement, or is kept out with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from speccomm.foundation.periods import FinancialYear
from speccomm.quality.cqc import combined_rating, cqc_rules
from speccomm.quality.declaring import Column, Kind
from speccomm.quality.headers import Header, saying_words
from speccomm.quality.known import Known
from speccomm.quality.noting import Notes
from speccomm.quality.sheets import BLANK, Cell, Merge, Sheet
from speccomm.quality.values import read_value

EXPENDITURE = ("expenditure by provider", "expenditure by service")
DECIDED = ("approved", "declined")
QUESTIONS = ("safe", "effective", "caring", "responsive", "well_led")
Values = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """One row that was read: what it says and where it stood.

    `is_dated` is false where its from_date was taken from the day it was said.
    """

    register: str
    file_name: str
    sheet: Sheet
    row: int
    columns: dict[str, int]
    values: Values
    is_dated: bool

    def place(self, column: str | None = None) -> str:
        """Where the row, or one of its cells, is."""
        return self.sheet.place(self.row, self.columns.get(column or ""))


@dataclass(frozen=True)
class Given:
    """What holds for a whole import: today, and who said it and when where no column does."""

    today: date
    said_by: str | None = None
    said_on: date | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that have a value for the whole file."""
        pairs = (("said_by", self.said_by), ("said_on", self.said_on))
        return [name for name, value in pairs if value is not None]


class RowJudge:
    """Reads the rows below one header."""

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        *,
        file_name: str,
        given: Given,
        known: Known,
        notes: Notes,
    ) -> None:
        self._sheet = sheet
        self._header = header
        self._register = header.register
        self._file_name = file_name
        self._given = given
        self._known = known
        self._notes = notes
        self._row = 0
        self._values: Values = {}
        merges = [m for m in sheet.merges if m.first_row >= header.first_data_row]
        self._down = [m for m in merges if not m.is_across and self._concerns(m)]
        self._across = [m for m in merges if m.is_across and self._concerns(m)]

    def rows(self) -> list[int]:
        """The rows that hold anything in a column the register has."""
        last = len(self._sheet.rows)
        numbers = range(self._header.first_data_row, last + 1)
        return [
            row
            for row in numbers
            if any(not self._cell(row, name).is_blank for name in self._header.columns)
        ]

    def judge_all(self) -> list[Statement]:
        """Every row that may be kept, in order."""
        for merge in self._down:
            place = self._sheet.of_range(f"cells {merge.name}")
            self._say("QUA-M01", place=place, row=merge.first_row)
        judged = ((row, self._judge(row)) for row in self.rows())
        return [
            Statement(
                self._register.name,
                self._file_name,
                self._sheet,
                row,
                self._header.columns,
                values,
                not self._cell(row, "from_date").is_blank,
            )
            for row, values in judged
            if values is not None
        ]

    def _judge(self, row: int) -> Values | None:
        self._row, self._values = row, {}
        kept = True
        for merge in self._across:
            if merge.holds_row(row):
                place = self._sheet.of_range(f"cells {merge.name}")
                kept = self._say("QUA-M02", place=place, row=row)
        for column in self._register.columns:
            kept &= self._read(column)
        kept &= self._fill_saying()
        if kept:
            kept = self._days_agree() and self._codes_agree() and self._says_one_thing()
        return self._values if kept else None

    def _concerns(self, merge: Merge) -> bool:
        held = self._header.columns.values()
        return any(merge.first_column <= column <= merge.last_column for column in held)

    def _cell(self, row: int, name: str) -> Cell:
        column = self._header.columns.get(name)
        if column is None:
            return BLANK
        cell = self._sheet.cell(row, column)
        if cell.is_blank:
            for merge in self._down:
                if merge.holds_row(row) and merge.first_column == column:
                    return self._sheet.cell(merge.first_row, column)
        return cell

    def _read(self, column: Column) -> bool:
        cell = self._cell(self._row, column.name)
        if cell.is_blank:
            return self._leave_blank(column)
        reading = read_value(column, cell, rules=self._notes.rules, known=self._known)
        self._values[column.name] = reading.value
        kept = True
        if reading.check_id is not None:
            kept = self._say(reading.check_id, column=column.name, text=cell.text, **reading.words)
        if column.kind is Kind.DAY and reading.value is not None:
            kept &= self._not_in_the_future(column, reading.value)
        return kept

    def _leave_blank(self, column: Column) -> bool:
        self._values[column.name] = None
        if column.name in self._register.flags:
            self._values[column.name] = "not looked at"
            if column.name in self._header.columns:
                self._say("QUA-V03", column=column.name)
        elif column.name == "entry_state":
            self._values[column.name] = "holds"
        elif column.required and not column.carried_by and not _is_saying(column.name):
            return self._say("QUA-V06", column=column.name, meaning=column.meaning)
        return True

    def _not_in_the_future(self, column: Column, day: date) -> bool:
        if day <= self._given.today:
            if column.name == "review_on" and day < self._given.today and self._is_open():
                self._say("QUA-T03", column=column.name)
            return True
        if column.name == "from_date":
            return self._say("QUA-T02", column=column.name)
        return column.may_be_future or self._say("QUA-T01", column=column.name)

    def _is_open(self) -> bool:
        ended = self._cell(self._row, "entry_state").text.casefold() not in ("", "holds")
        return not ended and self._cell(self._row, "closed_on").is_blank

    def _fill_saying(self) -> bool:
        """Who and when, from the row or the whole file; each flag takes the row's as its own."""
        values, kept = self._values, True
        for name, default in (("said_by", self._given.said_by), ("said_on", self._given.said_on)):
            if values.get(name) is None and self._cell(self._row, name).is_blank:
                values[name] = default
                if default is None:
                    kept = self._say("QUA-S01", **saying_words(name))
        if values.get("from_date") is None and self._cell(self._row, "from_date").is_blank:
            values["from_date"] = values.get("said_on")
        for column in self._register.columns:
            if column.carried_by and values.get(column.name) is None:
                blank = self._cell(self._row, column.name).is_blank
                own = "said_by" if column.kind is Kind.ROLE else "said_on"
                values[column.name] = values.get(own) if blank else None
        return kept

    def _days_agree(self) -> bool:
        kept = True
        for earlier, later in self._register.in_order:
            first, second = self._values[earlier], self._values[later]
            if first is not None and second is not None and second < first:
                kept = self._say("QUA-T04", column=later, earlier=earlier)
        return kept

    def _codes_agree(self) -> bool:
        values, on = self._values, self._values["from_date"]
        provider, site = values.get("provider_code"), values.get("site_code")
        service = values.get("service_code")
        if provider is not None:
            current = self._known.current_provider(provider, on=on)
            if current != provider:
                self._say("QUA-R07", column="provider_code", successor=current)
            owner = self._known.site_owner.get(site) if site is not None else None
            if owner is not None and self._known.current_provider(owner, on=on) != current:
                self._say("QUA-R06", column="site_code", owner=owner)
        if service is not None and self._known.in_list(service, on=on) is False:
            self._say("QUA-R09", column="service_code", year=FinancialYear.holding(on))
        return True

    def _says_one_thing(self) -> bool:
        match self._register.name:
            case "provision":
                return self._hub_and_spoke()
            case "networks":
                names_one = self._values["network_name"] is not None
                if names_one and self._values["has_network"] != "yes":
                    return self._say("QUA-K03", column="network_name")
            case "cqc_reports":
                self._rating_follows()
            case "safety_events":
                is_never = self._values["event_kind"] == "never event"
                if is_never != (self._values["never_event_type"] is not None):
                    self._say("QUA-K05", column="never_event_type")
            case "workforce":
                self._standard_follows()
            case "surveillance":
                is_closed = self._values["concern_state"] == "closed"
                if is_closed != (self._values["closed_on"] is not None):
                    self._say("QUA-K07", column="closed_on")
            case "accounts":
                return self._account_line()
            case "funding_decisions":
                return self._funding_decision()
        return True

    def _hub_and_spoke(self) -> bool:
        role, hub = self._values["site_role"], self._values["hub_site_code"]
        if role == "spoke" and hub is None:
            return self._say("QUA-K01", column="hub_site_code")
        if hub is not None and (role != "spoke" or hub == self._values["site_code"]):
            return self._say("QUA-K02", column="hub_site_code")
        return True

    def _rating_follows(self) -> None:
        ratings = [self._values[f"{question}_rating"] for question in QUESTIONS]
        given = self._values["overall_rating"]
        breach = self._values["breach"] == "yes"
        follows = combined_rating(ratings, breach=breach, rules=cqc_rules())
        if follows is not None and given is not None and given != follows:
            self._say("QUA-K04", column="overall_rating", read_as=follows)

    def _standard_follows(self) -> None:
        standard, present = self._values["standard_wte"], self._values["in_post_wte"]
        said = self._values["meets_standard"]
        if standard is None or present is None or said not in ("yes", "no"):
            return
        if (present >= standard) != (said == "yes"):
            self._say("QUA-K06", column="meets_standard")

    def _account_line(self) -> bool:
        values = self._values
        if values["account"] != "income":
            if values["amount"] < 0 and values["account"] in EXPENDITURE:
                self._say("QUA-A02", column="amount")
            return True
        if values["amount"] < 0:
            return self._say("QUA-A01", column="amount")
        of_today = any(
            self._known.is_code(k, values["accounts_of"]) for k in (Kind.ICB, Kind.REGION)
        )
        if of_today and values["icb_code"] is None and values["line_covers"] != "total":
            self._say("QUA-A04", column="icb_code")
        return True

    def _funding_decision(self) -> bool:
        values = self._values
        if values["funding_decision"] in DECIDED and values["decided_on"] is None:
            return self._say("QUA-A06", column="decided_on")
        shrinks = abs(values["full_year_amount"]) < abs(values["in_year_amount"])
        if values["recurrence"] == "recurrent" and shrinks:
            self._say("QUA-A05", column="full_year_amount")
        return True

    def _say(self, check_id: str, *, row: int | None = None, **words: Any) -> bool:
        column = words.get("column")
        place = self._sheet.place(row or self._row, self._header.columns.get(column or ""))
        words.setdefault("place", place)
        provider = self._values.get("provider_code")
        return self._notes.say(
            check_id,
            dataset=self._register.name,
            file_name=self._file_name,
            row=row or self._row,
            provider=provider if isinstance(provider, str) else None,
            **words,
        )


def _is_saying(name: str) -> bool:
    return name in ("said_by", "said_on", "from_date")
