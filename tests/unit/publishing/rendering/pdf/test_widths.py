"""Room for columns: figures whole, words fairly, and never beyond the page."""

import pytest

from speccomm.publishing.rendering.pdf.widths import (
    INSET,
    SIDEWAYS,
    UPRIGHT,
    asked_by,
    ems,
    lay_out,
)


def words(*cells, **more):
    return asked_by("Name", "", cells, is_words=True, **more)


def figures(*cells, title="Plan"):
    return asked_by(title, "plan", cells, is_words=False)


@pytest.mark.parametrize("columns", [1, 3, 8, 12, 20, 40])
def test_no_part_is_wider_than_its_page_and_every_column_is_in_one(columns):
    asked = [words("A trust with quite a long name", "B"), *[figures("£1,234,567")] * columns]
    layout = lay_out(asked, 0)
    room = SIDEWAYS if layout.sideways else UPRIGHT
    for part in layout.parts:
        assert sum(part.widths) <= room + 0.5
        assert part.columns[0] == 0
        for place, width in zip(part.columns[1:], part.widths[1:], strict=True):
            assert width >= ems("£1,234,567") * layout.size + INSET - 0.01, place
    placed = [place for part in layout.parts for place in part.columns if place]
    assert sorted(placed) == list(range(1, columns + 1))


def test_a_narrow_table_stands_upright_in_large_letters():
    layout = lay_out([words("Trust"), figures("12")], 0)
    assert not layout.sideways
    assert len(layout.parts) == 1
    assert sum(layout.parts[0].widths) < UPRIGHT / 2


def test_a_wide_table_is_turned_before_it_is_split():
    layout = lay_out([words("A trust with a name"), *[figures("£1,234,567")] * 13], 0)
    assert layout.sideways
    assert len(layout.parts) == 1


def test_a_column_of_words_alone_is_held_to_the_page():
    layout = lay_out([words("x" * 4_000, is_heading=True)], 0)
    assert sum(layout.parts[0].widths) <= UPRIGHT
