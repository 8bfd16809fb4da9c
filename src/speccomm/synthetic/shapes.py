"""The odd shapes files come in: how each changes the heading, the cell or the bytes."""

from __future__ import annotations

from speccomm.foundation.rulebook import read_rule_table

# A shape that respells cells: the kinds of field it touches (intake/fields), the SQL over `cell`,
# and the note each such cell leads to.
CELL_SHAPES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "provider_suffix": (("provider",), "cell || '00'", "CHK-N01"),
    "slashed_years": (("financial_year",), "left(cell, 4) || '/' || right(cell, 2)", "CHK-N02"),
    "small_codes": (("service_code", "pod_code"), "lower(cell)", "CHK-N03"),
    "pound_signs": (("gbp",), "'£' || cell", "CHK-N04"),
    "thousands_commas": (
        ("gbp",),
        (
            "case when length(split_part(cell, '.', 1)) > 3"
            " then format('{:,}', cell::decimal(18, 2)) else cell end"
        ),
        "CHK-N04",
    ),
    "brackets": (
        ("gbp",),
        "case when cell like '-%' then '(' || substr(cell, 2) || ')' else cell end",
        "CHK-N04",
    ),
    "day_first_dates": (
        ("date",),
        r"regexp_replace(cell, '^(\d{4})-(\d\d)-(\d\d)$', '\3/\2/\1')",
        "CHK-N05",
    ),
    "serial_dates": (("date",), "(cell::date - date '1899-12-30')::varchar", "CHK-N06"),
}
HEADER_NOTE, ENCODING_NOTE = "CHK-N08", "CHK-N09"
BYTE_ORDER_MARK = "\ufeff"
ACCENTED = "'Unité locale ' || pod_code"

# Short headings as found in the wild, each of which intake knows.
SHORT_HEADINGS = {
    "financial_month": "Month",
    "financial_year": "Fin Year",
    "provider_code": "Provider",
    "nhs_number": "NHS No",
    "postcode": "Post Code",
    "birth_date": "DOB",
    "treatment_function_code": "TFC",
    "pod_code": "POD",
    "tariff_code": "HRG",
    "activity_count": "Activity",
    "unit_price_gbp": "Unit Price",
    "total_cost_gbp": "Total Cost",
}


def shapes_of(provider_code: str, dataset: str) -> frozenset[str]:
    """The shapes of one provider's file of one data set, none for most.

    Source: synthetic/file_shapes.
    """
    return frozenset(
        row["shape"]
        for row in read_rule_table("synthetic/file_shapes")
        if row["provider_code"] == provider_code and row["dataset"] == dataset
    )


def shaped_cell(column: str, kind: str, cell: str, shapes: frozenset[str]) -> str:
    """The SQL of a cell as its file's shapes respell it."""
    if "windows_1252" in shapes and column == "local_pod_description":
        return ACCENTED
    for shape, (kinds, respelt, _) in CELL_SHAPES.items():
        if shape in shapes and (kind in kinds or column in kinds):
            cell = respelt.replace("cell", f"({cell})")
    return cell


def shaped_heading(column: str, heading: str, shapes: frozenset[str]) -> str:
    """The heading of a column as its file's shapes respell it."""
    if "underscored_headers" in shapes:
        return heading.replace(" ", "_").replace("(", "").replace(")", "")
    if "small_headers" in shapes:
        return heading.lower()
    if "short_headers" in shapes:
        return SHORT_HEADINGS.get(column, heading)
    return heading


def shape_notes(shapes: frozenset[str]) -> list[tuple[str, str]]:
    """The notes a file's shapes lead to, with what they are."""
    notes = [(CELL_SHAPES[shape][2], shape) for shape in sorted(shapes & set(CELL_SHAPES))]
    if shapes & {"underscored_headers", "small_headers", "short_headers"}:
        notes.append((HEADER_NOTE, "headers spelt another way"))
    if "windows_1252" in shapes:
        notes.append((ENCODING_NOTE, "Windows-1252 with an accented letter"))
    return notes
