"""A question compiled once for its shape answers as one compiled for itself."""

from __future__ import annotations

from datetime import date

import duckdb
import ibis
import pytest

from speccomm.activity.tables import UNKNOWN
from speccomm_web.accounts.queries import viewer_for
from speccomm_web.accounts.roles import Role
from speccomm_web.explore import shapes
from speccomm_web.explore.cutting import cut_of, touching
from speccomm_web.explore.figures import ACTIVITY, Figures
from speccomm_web.explore.queries import flows
from speccomm_web.explore.queries.opening import opened
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.shapes import Marks, text_of
from tests.web.conftest import MakePerson, SignIn
from tests.web.explore.conftest import Loaded, organisation

FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"icb": "QWU"},
    {"icb": "QHL", "provider": "RRK"},
    {"icb": "Unknown"},
    {"crg": "A06", "pod": "Unknown"},
    {"from_month": "2023-05", "to_month": "2023-06"},
)
HOSTILE = (
    "'",
    "x') or ('1' = '1",
    "x'; drop table activity; --",
    "\\'; drop table activity; --",
    "⟦provider⟧",
    "'⟦patients⟧'",
)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_every_place_has_the_rows_of_its_own_expression(
    store: Loaded, make_person: MakePerson, filters: dict[str, str]
) -> None:
    analyst = make_person(Role.ANALYST, at=organisation("Y60", "region"))
    viewer = viewer_for(analyst, on=date.today())
    found = opened(viewer, "")
    assert found is not None
    months = [str(month) for month in found.held.months]
    held, rows = found.held, 0
    for place in found.places:
        asked = FlowsQuestion(place.code, months[0], months[-1]).narrowed(**filters)
        cut = cut_of(held, place, asked)
        expression = flows.activity_flows(
            touching(held.table(ACTIVITY), cut),
            held.map_table("places", cut.places.on),
            held.map_table("providers", cut.places.on),
            held.table("crgs"),
            held.table("services"),
            area=cut.area,
            by=("icb", "provider"),
            by_crg=False,
        )
        alike = flows.flow_table(held, cut, ("icb", "provider"), by_crg=False)
        assert alike.equals(held.ask(expression))
        rows += alike.num_rows
    assert rows or UNKNOWN in filters.values()


@pytest.mark.parametrize("code", HOSTILE)
def test_a_hostile_code_stands_for_itself_alone(
    store: Loaded, make_person: MakePerson, code: str
) -> None:
    """Nothing but the form keeps such a code out, so the text is held to it without the form."""
    viewer = viewer_for(
        make_person(Role.ANALYST, at=organisation("Y60", "region")), on=date.today()
    )
    found = opened(viewer, "")
    assert found is not None
    held, place = found.held, found.place
    months = [str(month) for month in held.months]
    whole = FlowsQuestion(place.code, months[0], months[-1])
    before = flows.flow_table(held, cut_of(held, place, whole), ("month",), by_crg=False)
    assert before.num_rows
    for name in ("service", "crg", "pod", "icb"):
        cut = cut_of(held, place, whole.narrowed(**{name: code}))
        assert flows.flow_table(held, cut, ("month",), by_crg=False).num_rows == 0
    after = flows.flow_table(held, cut_of(held, place, whole), ("month",), by_crg=False)
    assert after.equals(before)


@pytest.mark.parametrize("code", HOSTILE)
@pytest.mark.parametrize("path", ["flows", "changes", "contract", "map"])
def test_the_form_refuses_a_hostile_code_before_anything_is_asked(
    store: Loaded,
    make_person: MakePerson,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    code: str,
) -> None:
    texts: list[str] = []
    run = Figures._run

    def noted(held: Figures, text: str, *beside: object) -> object:
        texts.append(text)
        return run(held, text, *beside)

    monkeypatch.setattr(Figures, "_run", noted)
    client = sign_in(make_person(Role.ANALYST, at=organisation("Y60", "region")))
    plain = client.get(f"/explore/{path}")
    assert plain.status_code == 200
    for name in ("provider", "service", "crg", "icb", "pod", "place", "by", "to", "plan"):
        answer = client.get(f"/explore/{path}", {name: code})
        assert answer.status_code in {200, 404}, name
    assert texts
    assert not [text for text in texts if code in text and code != "'"]
    assert not [text for text in texts if "drop table" in text or "⟦" in text]


def test_one_text_serves_every_code_of_its_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    table = ibis.table({"code": "string"}, name="held")

    def asked(*codes: str) -> str:
        marks = Marks()
        within = marks.many("codes", codes)

        def text() -> str:
            compiled.append("once")
            return str(ibis.to_sql(table.filter(table.code.isin(sorted(within))), dialect="duckdb"))

        return text_of("test", marks, text)

    monkeypatch.setattr(shapes, "_texts", type(shapes._texts)())
    connection = duckdb.connect()
    connection.execute("create table held as from (values ('A'), ('it''s'), ('⟦codes⟧')) t(code)")
    assert connection.execute(asked("A")).fetchall() == [("A",)]
    assert connection.execute(asked("A", "it's")).fetchall() == [("A",), ("it's",)]
    assert connection.execute(asked("⟦codes⟧", "x') or ('1' = '1")).fetchall() == [("⟦codes⟧",)]
    assert compiled == ["once"]
    assert connection.execute(asked()).fetchall() == []
    assert len(compiled) == 2
    assert len(shapes._texts) == 2
    monkeypatch.setattr(shapes, "MOST", 1)
    text_of("another", Marks(), lambda: "select 1")
    assert [key for key in shapes._texts if "another" in key] == list(shapes._texts)
