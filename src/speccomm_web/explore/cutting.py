"""From a question to the rows that answer it: the same cut of held figures and of stored rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.activity.areas import Area, area_on
from speccomm.activity.flows import in_months
from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.jobs.flows import last_day
from speccomm.jobs.reading import OrganisationMap
from speccomm_web.explore.figures import ACTIVITY, Figures
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.shapes import Marks
from speccomm_web.explore.sight import Place


@dataclass(frozen=True)
class Cut:
    """A question with its codes looked up on the map of its last day.

    `homes` are the commissioner codes of the ICB whose patients are asked for; where patients of no
    known ICB are, those of every one.
    """

    question: FlowsQuestion
    place: Place
    months: tuple[FinancialMonth, ...]
    area: Area
    places: OrganisationMap
    homes: frozenset[str] = frozenset()

    def marked(self, marks: Marks) -> Cut:
        """The same cut with marks for its codes: questions that it shapes alike are compiled once."""
        asked, place, area = self.question, self.place, self.area
        named: dict[str, str] = {}
        for name in ("service", "crg", "pod"):
            code = getattr(asked, name)
            if code and code != UNKNOWN:
                named[name] = marks.one(name, code)
        if asked.provider:
            current = self.places.current.get(asked.provider, asked.provider)
            (named["provider"],) = marks.many("provider", self.places.codes_of({current}))
        services = place.service_codes
        return replace(
            self,
            question=asked.narrowed(**named),
            place=place
            if services is None
            else replace(place, service_codes=marks.many("services", services)),
            area=replace(
                area,
                patient_codes=marks.many("patients", area.patient_codes),
                provider_codes=marks.many("providers", area.provider_codes),
            ),
            homes=marks.many("homes", self.homes),
        )

    @property
    def shape(self) -> tuple[object, ...]:
        """What tells the expressions of a marked cut from those of another."""
        asked, place, area = self.question, self.place, self.area
        filters = (asked.provider, asked.service, asked.crg, asked.pod, asked.icb == UNKNOWN)
        return (
            self.months, self.places.on, filters, bool(asked.icb), place.is_provider,
            place.service_codes, area.patient_codes, area.provider_codes, self.homes,
        )  # fmt: skip


def cut_of(held: Figures, place: Place, question: FlowsQuestion) -> Cut:
    """Look the codes of a question up.

    Raises:  NotAPeriod, UnknownArea as the library's; UnknownName for a provider that is not known.
    """
    first, last = (
        FinancialMonth.parse_calendar(text) for text in (question.from_month, question.to_month)
    )
    months = tuple(months_between(first, last))
    places = held.places(last_day(last))
    if question.provider not in {"", UNKNOWN, *places.current, *_sent(held)}:
        raise UnknownName("provider", question.provider, sorted(places.current))
    homes = _homes(places, question.icb) if question.icb else frozenset[str]()
    return Cut(question, place, months, area_of(place, places), places, homes)


def area_of(place: Place, places: OrganisationMap) -> Area:
    """The area of a place on a map. A provider's is itself, with its home ICB's patients."""
    if place.is_provider:
        home: frozenset[str] = frozenset()
        if place.icb_code:
            home = area_on(
                places.commissioners, places.providers, on=places.on, icb=place.icb_code
            ).patient_codes
        own = places.codes_of({place.code})
        return Area("provider", place.code, place.name, places.on, home, own)
    return area_on(places.commissioners, places.providers, on=places.on, **{place.kind: place.code})


def touching(rows: ir.Table, cut: Cut) -> ir.Table:
    """The rows of the period that touch the place and fit every filter of the question.

    A provider sees its own rows and no other's, and a role for some services those services only.
    """
    area, asked = cut.area, cut.question
    inside = within(rows.provider_code, area.provider_codes)
    if not cut.place.is_provider:
        inside |= within(rows.patient_commissioner_code, area.patient_codes)
    tests = [in_months(rows, list(cut.months)), inside]
    if cut.place.service_codes is not None:
        tests.append(within(rows.service_code, cut.place.service_codes))
    if asked.provider:
        current = cut.places.current.get(asked.provider, asked.provider)
        tests.append(within(rows.provider_code, cut.places.codes_of({current})))
    for name in ("service", "crg", "pod"):
        wanted = getattr(asked, name)
        column = rows[f"{name}_code"]
        if wanted:
            tests.append(column.isnull() if wanted == UNKNOWN else column == wanted)
    if asked.icb:
        inside = within(rows.patient_commissioner_code, cut.homes)
        tests.append(~inside if asked.icb == UNKNOWN else inside)
    return rows.filter(tests)


def touched(held: Figures, cut: Cut) -> pa.Table:
    """The held rows that `touching` leaves, read once for all that a page asks of them.

    Shape:   as the held activity, of the cut's months, place and filters; one row for each of its
             codes and months.
    """

    def rows() -> pa.Table:
        marks = Marks()
        alike = cut.marked(marks)
        return held.ask_alike(
            ("touching", alike.shape), marks, lambda: touching(held.table(ACTIVITY), alike)
        )

    return held.lately((cut.question, cut.place), rows)


def measured(rows: ir.Table, cut: Cut, measure: str) -> ir.Table:
    """Those of some touching rows that one measure of the flows counts."""
    provider = within(rows.provider_code, cut.area.provider_codes)
    patient = within(rows.patient_commissioner_code, cut.area.patient_codes)
    tests = {
        "intra": patient & provider,
        "imported": provider & ~patient,
        "exported": patient & ~provider,
        "provider_total": provider,
        "patient_total": patient,
        "grand_total": patient | provider,
    }
    return rows.filter(tests[measure])


def within(column: ir.StringValue, codes: frozenset[str] | set[str]) -> ir.BooleanValue:
    """Whether a code is one of some; no code never is."""
    if not codes:
        return ibis.literal(value=False)
    return column.isin(sorted(codes)).coalesce(False)


def _homes(places: OrganisationMap, icb: str) -> frozenset[str]:
    """The commissioner codes of an ICB; of every ICB where patients of no known one are asked for."""
    table = places.places
    pairs = zip(table["commissioner_code"].to_pylist(), table["icb_code"].to_pylist(), strict=True)
    return frozenset(code for code, home in pairs if icb in (UNKNOWN, home))


def _sent(held: Figures) -> set[str]:
    return set(held.slices["provider_code"].to_pylist())
