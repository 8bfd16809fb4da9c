"""An editor's words: read, refused, shown as theirs, and held against the tables."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from speccomm.foundation.errors import UnknownName
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.editing import (
    BadWords,
    doubtful_numbers,
    read_words,
    with_words,
    words_from_plain,
)
from speccomm.publishing.receipts.words import words_of
from speccomm.publishing.rendering.workbook import workbook_bytes

TODAY = date(2024, 2, 5)
GOOD = """
written_by = "ICB director of commissioning"
written_on = 2024-01-31

[[words]]
section = "services"
paragraphs = ["First <b>& second</b> of 99,871 units.", "In 2024 we look at twelve."]
"""


def words(tmp_path, text=GOOD):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    return read_words(path, today=TODAY)


def test_words_stand_first_in_their_section_and_are_recorded(tmp_path, facts: Any) -> None:
    given = words(tmp_path)
    pack = with_words(assemble_pack(facts), given)
    assert words_from_plain(pack.facts["words"]) == given
    said = words_of(pack)["services"]
    heading = (
        "Words of the editor, not of the system: ICB director of commissioning, 31 January 2024"
    )
    assert said[1] == f"{heading}: First <b>& second</b> of 99,871 units."


def test_markup_in_words_is_text(tmp_path, facts: Any) -> None:
    from speccomm.publishing.rendering.html import html_files

    (page,) = html_files(with_words(assemble_pack(facts), words(tmp_path))).values()
    assert b"First &lt;b&gt;&amp; second&lt;/b&gt;" in page


def test_the_workbook_has_them_on_a_sheet_of_their_own(tmp_path, facts: Any) -> None:
    plain = assemble_pack(facts)
    book = load_workbook(BytesIO(workbook_bytes(with_words(plain, words(tmp_path)))))
    rows = list(book["Words of the editor"].iter_rows(min_row=5, max_col=3, values_only=True))
    section = next(section for section in plain.sections if section.id == "services")
    by = "Words of the editor, not of the system: ICB director of commissioning, 31 January 2024"
    assert rows == [
        (section.title, by, "First <b>& second</b> of 99,871 units."),
        (section.title, by, "In 2024 we look at twelve."),
    ]
    linked = {row[1].value for row in book["Contents"].iter_rows(min_row=6)}
    assert "Words of the editor" in linked
    assert "Words of the editor" not in load_workbook(BytesIO(workbook_bytes(plain))).sheetnames


def test_a_number_of_no_table_is_doubted(tmp_path, facts: Any) -> None:
    (sentence,) = doubtful_numbers(with_words(assemble_pack(facts), words(tmp_path)))
    assert sentence == (
        "The editor’s words for services, paragraph 1, hold 99,871, which no table of the section has."
    )


def test_a_section_that_is_not_there_is_refused_with_the_nearest(tmp_path, facts: Any) -> None:
    given = words(tmp_path, GOOD.replace('"services"', '"servces"'))
    with pytest.raises(UnknownName, match="Did you mean 'services'"):
        with_words(assemble_pack(facts), given)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ICB director of commissioning", "Jane Brown", "may be a person’s name"),
        ("2024-01-31", "2024-02-06", "a day to come"),
        ("2024-01-31", '"2024-01-31"', "without quotation marks"),
        ("written_by =", "writen_by =", "Did you mean 'written_by'"),
        ("written_by =", "# written_by =", "does not say who wrote"),
        ('"In 2024 we look at twelve."', '"  "', "an empty paragraph"),
        ('"In 2024 we look at twelve."', '"\\u0007"', "cannot be printed"),
        ('"In 2024 we look at twelve."', f'"{"long " * 500}"', "2,499 characters"),
        ("paragraphs =", "paragraphs", "cannot be read as TOML"),
        ("[[words]]", "[[words]]\nsection = 'activity'\nparagraphs = ['x']\n[[words]]\n#", ""),
    ],
)
def test_what_is_no_file_of_words_is_refused(tmp_path, old, new, reason) -> None:
    text = GOOD.replace(old, new)
    if not reason:
        text = text.replace("section = 'activity'", 'section = "services"')
        reason = "twice"
    with pytest.raises(BadWords, match=reason):
        words(tmp_path, text)
