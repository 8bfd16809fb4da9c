"""The receipts of a pack as files: for each table a page for readers and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from speccomm.publishing.facts import EVIDENCE_USE, ICB_USE, NO_USE, NOT_OF_THE_ICB
from speccomm.publishing.model import Pack, PackTable
from speccomm.publishing.receipts.figures import (
    HEADLINES,
    FigureRow,
    figure_columns,
    figure_rows,
    tables_with_figures,
    values_of,
)
from speccomm.publishing.receipts.saying import Values, resolved, say_source
from speccomm.publishing.sourcing import (
    OTHERS,
    Accounted,
    Computed,
    Counted,
    Of,
    Position,
    Recorded,
    ServiceCount,
    Source,
    Stated,
    as_plain,
)
from speccomm.publishing.wording import say_count, say_time
from speccomm.quality import REGISTERS

FOLDER = "receipts"
TEMPLATE = "receipts.html.jinja"
STYLE = "receipts.css"
MONTHLY = frozenset({"plcm", "acm", "iap", "drplcm", "deplcm"})


def receipt_page_path(table_id: str) -> str:
    return f"{FOLDER}/{table_id}.html"


def receipt_data_path(table_id: str) -> str:
    return f"{FOLDER}/{table_id}.json"


def receipt_files(pack: Pack, *, back_to: str = "index.html") -> dict[str, bytes]:
    """A page and a JSON file for each table that holds a figure, by their paths.

    Each leads back to its table on the page `back_to`; where that is empty the pack has none to lead to.
    Raises: jinja2.UndefinedError where the template and the model disagree (a bug).
    """
    template = _template()
    style = Markup(_text(STYLE))  # noqa: S704 - our own style sheet
    files: dict[str, bytes] = {}
    for table in tables_with_figures(pack):
        rows, columns = list(figure_rows(table, pack.counted)), figure_columns(table)
        counted = any(f.rows is not None for row in rows for f in row.figures.values())
        files[receipt_data_path(table.id)] = _data(table, rows)
        page = template.render(
            pack=pack,
            style=style,
            table=table,
            back=_back(table, back_to),
            columns=columns,
            ways={c.name: say_source(c.made_from, {}, making=_making(table)) for c in columns},
            body=_body(table, rows, counted=counted),
            files=source_files(pack.facts, [c.made_from for c in columns]),
            facts=pack.facts,
            built=say_time(pack.built_at),
            counted=counted,
            say_count=say_count,
        )
        files[receipt_page_path(table.id)] = page.encode()
    return files


def _back(table: PackTable, page: str) -> str:
    return f"../{page}#{HEADLINES if table.id == HEADLINES else table.id}" if page else ""


def source_files(
    facts: Mapping[str, Any], sources: Iterable[Source | None], values: Values | None = None
) -> list[dict[str, Any]]:
    """The files of the pack's loads whose rows may stand behind figures of some sources.

    `values` are what the row of one figure says: the files of other providers are then left out.
    """
    different = list(dict.fromkeys(sources))
    every = {file.get("used_for") for load in facts.get("loads", ()) for file in load["files"]}
    wanted = dict.fromkeys(_wanted(source, facts, frozenset(every)) for source in different)
    senders = _senders(different, values or {}, facts)
    return [
        {"load_id": load["load_id"], "received_at": load["received_at"], **file}
        for load in facts.get("loads", ())
        for file in load["files"]
        if any(
            file["dataset"] in datasets and file.get("used_for") in uses
            for datasets, uses in wanted
        )
        and (senders is None or senders & set((file.get("providers") or "").split(", ")))
    ]


def _senders(
    sources: Iterable[Source | None], values: Values, facts: Mapping[str, Any]
) -> frozenset[str | None] | None:
    """Whose files alone may hold what the figure's row, or its flow, is about; None for anybody's."""
    if values.get(Of.PROVIDER) and values[Of.PROVIDER] not in OTHERS:
        return frozenset({values[Of.PROVIDER]})
    found = [resolved(source, values) for source in sources]
    flows = {source.flow for source in found if isinstance(source, Counted)}
    areas = {source.area for source in found if isinstance(source, Counted)}
    if len(flows) == 1 and len(areas) == 1 and flows <= {"A", "B", "AB"}:
        return frozenset(facts["sets"].get(f"providers:{areas.pop()}", ()))
    return None


def _wanted(
    source: Source | None, facts: Mapping[str, Any], every: frozenset[Any]
) -> tuple[frozenset[str], frozenset[Any]]:
    """Of which data sets, and used for what, files may stand behind a source; `every` are all uses."""
    own = every - NOT_OF_THE_ICB
    if isinstance(source, Counted):
        return frozenset({source.dataset}), own if source.area == facts.get("icb_code") else every
    if isinstance(source, Position):
        return frozenset({"acm", "iap"}), own
    if isinstance(source, ServiceCount):
        return frozenset({"acm", "iap"} if source.planned else {"acm", "iap", "plcm"}), own
    if isinstance(source, Recorded):
        return (MONTHLY, own) if source.used else (MONTHLY | frozenset(REGISTERS), every)
    if isinstance(source, Stated):
        return frozenset({source.register}), frozenset({EVIDENCE_USE})
    if isinstance(source, Accounted):
        return frozenset({source.register}), every
    if isinstance(source, Computed):
        return frozenset(), every
    return MONTHLY, every | {ICB_USE, NO_USE}


def _body(table: PackTable, rows: list[FigureRow], *, counted: bool) -> Markup:
    """The figures, row by row of the table. Written here: there may be tens of thousands."""
    titles = {column.name: escape(column.title) for column in figure_columns(table)}
    parts: list[str] = []
    for row in rows:
        heading = f"{escape(row.label)} <span>({escape(_condition(table, row))})</span>"
        span = 5 if counted else 4
        parts.append(
            f'<tbody>\n<tr><th scope="rowgroup" class="group" colspan="{span}">{heading}</th></tr>'
        )
        for name, figure in row.figures.items():
            place = escape(f"{row.key}.{name}")
            cells: list[str] = [
                titles[name],
                place,
                escape(figure.printed),
                escape(figure.value or "none"),
            ]
            if counted:
                cells.append("not counted here" if figure.rows is None else f"{figure.rows:,}")
            inside = "".join(f"<td>{cell}</td>" for cell in cells)
            parts.append(f'<tr id="{place}">{inside}</tr>')
        parts.append("</tbody>")
    return Markup("\n".join(parts))  # noqa: S704 - every text in it is escaped above


def _making(table: PackTable) -> tuple[str, str]:
    return table.making.measure, table.making.filter


def _condition(table: PackTable, row: FigureRow) -> str:
    """What is asked of stored rows for a row of the table, beyond what its columns ask."""
    if row.is_total and not row.values:
        return "no further condition"
    values = values_of(table.keys, row.values)
    words = [
        f"{of.value}: {value if value is not None else 'none'}" for of, value in values.items()
    ]
    return "; ".join(words) if words else "as its heading says"


def _data(table: PackTable, rows: list[FigureRow]) -> bytes:
    content = {
        "table": table.id,
        "title": table.title,
        "measure": table.making.measure,
        "counted_from": list(table.making.counted_from),
        "filter": table.making.filter,
        "keys": [[key.column, key.of.value] for key in table.keys],
        "columns": {
            column.name: {
                "title": column.title,
                "unit": column.unit.value,
                "meaning": column.meaning,
                "source": None if column.made_from is None else as_plain(column.made_from),
            }
            for column in figure_columns(table)
        },
        "rows": [_row(row) for row in rows],
    }
    return _dump(content)


def _row(row: FigureRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": row.label,
        "values": row.values,
        **({"total": True} if row.is_total else {}),
        "figures": {n: [f.value, f.printed, f.rows] for n, f in row.figures.items()},
    }


def _dump(content: dict[str, Any]) -> bytes:
    """JSON with each row of figures on a line of its own, so that two packs compare line by line."""
    rows = content.pop("rows")
    head = json.dumps(content, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{head},\n "rows": [\n{lines}\n]\n}}\n'.encode()


def _text(name: str) -> str:
    return (resources.files("speccomm.publishing") / "templates" / name).read_text("utf-8")


@cache
def _template() -> Template:
    """The template of a page of receipts, read once however many packs are drawn."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text(TEMPLATE))
