"""The one step between assembling a pack and drawing it for everyone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from speccomm.publishing.leaving import _SEAL, ProtectedTable, PublicationPack
from speccomm.publishing.model import (
    Block,
    Caution,
    Chart,
    Definitions,
    EditorWords,
    Handling,
    HeadlineFigure,
    HeadlineFigures,
    Pack,
    PackTable,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.publication.answering import Answers, Protecting, ask_door
from speccomm.publishing.publication.asking import CARE, LINES, Asking, Spot
from speccomm.publishing.publication.care import asked_by
from speccomm.publishing.publication.charts import redrawn
from speccomm.publishing.publication.releases import (
    Past,
    WouldReveal,
    as_earlier,
    plain_record,
    told_of,
    units_of,
)
from speccomm.publishing.publication.rules import PublicationRules, publication_rules
from speccomm.publishing.publication.words import Wording
from speccomm.publishing.receipts.figures import HEADLINES, headline_table
from speccomm.publishing.sourcing import Position
from speccomm.publishing.suppression import (
    Category,
    Earlier,
    SuppressionRules,
    check_release,
    suppression_rules,
)
from speccomm.publishing.wording import rounded, say_activity, say_millions

HANDLING = "For publication. Small numbers are hidden."
MARK = "FOR PUBLICATION - SMALL NUMBERS HIDDEN"
FACTS_OF_FILES = ("dataset", "file_name", "sha256", "used_for", "providers")
OPEN_FACTS = (
    "icb_code", "icb_name", "region_code", "from_month", "to_month", "organisation_map_date",
    "as_at", "store_version", "software", "loads", "rulebooks", "reference", "sets", "sections",
    "kind", "report_of", "area_name", "financial_year", "statements_hold_on",
)  # fmt: skip
MADE_OF_TABLES = "figures_made"


def publishable(
    pack: Pack, *, method: str = "hes", releases: tuple[Past, ...] = ()
) -> PublicationPack:
    """The pack as everyone may see it, checked against earlier publications.

    Everything that could point to a person goes through the door or stays inside: tables, totals,
    shares, charts, headline figures, sentences, receipts and the manifest.
    Raises: WouldReveal where it would give away a number beside `releases`; CannotProtect, BadTable
            and TooManyUnknowns from the door; MoneyWithoutCounts for money nobody can protect; UnknownName for a method that is not one.
    """
    return _Step(pack, suppression_rules(method), releases).done()


class _Step:
    """One pack on its way out."""

    def __init__(self, pack: Pack, rules: SuppressionRules, past: tuple[Past, ...]) -> None:
        self.pack = pack
        self.suppression = rules
        self.past = past
        self.rules: PublicationRules = publication_rules()
        self.kept = {s.id for top in pack.sections for s in top.walk() if self.rules.keeps(top)}
        self.tables = [
            self.rules.without_words(table, top)
            for top in pack.sections
            if self.rules.keeps(top)
            for table in top.tables()
            if not self._stays_inside(table)
        ]
        self.release = f"{pack.id}-{pack.built_at:%Y%m%dT%H%M%S}"
        self.said = (
            f"{rules.method}, rulebook {rules.rulebook.identifier} version {rules.rulebook.version}"
        )

    def done(self) -> PublicationPack:
        tables = [self._without_figures(table) for table in self.tables]
        asking = Asking(
            self.pack,
            tables,
            self.rules,
            units_of(self.past),
            headlines=self._headline_table(),
            small_to=self.suppression.small_to,
        )
        cover = _cover(asking)

        def earlier(family: str, units: int) -> tuple[Earlier, ...]:
            return as_earlier(self.past, family, units, cover)

        alone = self.suppression if self.suppression.base else suppression_rules()
        answers = ask_door(asking, self.suppression, alone, release=self.release, earlier=earlier)
        asking.demand_counts_under_money(answers.cells)
        self._demand_nothing_revealed(answers, earlier)
        protecting = Protecting(answers, self.rules, self.suppression)
        before = {table.id: table for table in asking.tables}
        protected = {name: protecting.table(table) for name, table in before.items()}
        wording = self._wording()
        sections = tuple(
            section
            for top in self.pack.sections
            if self.rules.keeps(top)
            if (section := self._section(top, before, protected, answers, wording)) is not None
        )
        return PublicationPack(
            id=self.pack.id,
            title=self.pack.title,
            organisation=self.pack.organisation,
            period=self.pack.period,
            handling=Handling(HANDLING, self._sentence(), MARK, "publication"),
            built_at=self.pack.built_at,
            sections=sections,
            facts=self._facts(answers),
            area=self.pack.area,
            record=plain_record(answers.made),
            seal=_SEAL,
        )

    def _headline_table(self) -> PackTable | None:
        """The headline figures that are about sections of the publication."""
        table = headline_table(self.pack)
        dropped = {each.id for each in self.pack.headlines() if not self._keeps(each)}
        if table is None:
            return None
        columns = tuple(column for column in table.columns if column.name not in dropped)
        return replace(table, columns=columns) if len(columns) > 1 else None

    def _keeps(self, figure: HeadlineFigure) -> bool:
        return figure.section_id in self.kept and figure.id not in self.rules.headlines_left_out

    def _without_figures(self, table: PackTable) -> PackTable:
        """The table of tables lists only those that are published."""
        if table.id != MADE_OF_TABLES:
            return table
        names = {each.id for each in self.tables}
        kept = [row for row in table.rows.to_pylist() if row["id"] in names]
        return replace(table, rows=type(table.rows).from_pylist(kept, schema=table.rows.schema))

    def _demand_nothing_revealed(
        self, answers: Answers, earlier: Callable[[str, int], tuple[Earlier, ...]]
    ) -> None:
        """Raise WouldReveal where a family gives something away beside what is out already."""
        for family in dict.fromkeys(each.family for each in answers.made):
            made = [each for each in answers.made if each.family == family]
            units = max(each.units for each in made)
            before = [each.published for each in earlier(family, units)]
            if not before:
                continue
            rules = self.suppression.in_units(units)
            checked = check_release([each.table for each in made], before, rules=rules)
            if not checked.clear:
                titles = {each.table.id: each.table.title for each in made}
                raise WouldReveal(told_of(checked.recovered, titles), checked.checked_against)

    def _section(
        self,
        section: Section,
        before: Mapping[str, PackTable],
        protected: Mapping[str, ProtectedTable],
        answers: Answers,
        wording: Wording,
    ) -> Section | None:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Points) and section.id in self.rules.counts_only:
                continue
            found = self._block(block, before, protected, answers, wording)
            if found is not None:
                blocks.append(found)
        inner = tuple(
            part
            for each in section.sections
            if (part := self._section(each, before, protected, answers, wording)) is not None
        )
        if section.id == HEADLINES:
            blocks.insert(1, self._caution())
        return Section(section.id, section.title, tuple(blocks), inner) if blocks or inner else None

    def _block(
        self,
        block: Block,
        before: Mapping[str, PackTable],
        protected: Mapping[str, ProtectedTable],
        answers: Answers,
        wording: Wording,
    ) -> Block | None:
        if isinstance(block, PackTable):
            table = protected.get(block.id)
            return table and replace(table, notes=wording.notes(table, block), seal=_SEAL)
        if isinstance(block, Chart):
            if block.table_id not in protected:
                return None
            return redrawn(block, before[block.table_id], protected[block.table_id])
        if isinstance(block, HeadlineFigures):
            figures = [self._headline(each, protected, answers) for each in block.figures]
            return HeadlineFigures(tuple(each for each in figures if each is not None))
        if isinstance(block, Prose):
            return wording.prose(block)
        if isinstance(block, Points):
            return wording.points(block)
        if isinstance(block, Caution):
            return wording.caution(block)
        if isinstance(block, Definitions):
            return wording.definitions(block)
        if isinstance(block, EditorWords):
            return wording.editor(block)
        return block

    def _headline(
        self,
        figure: HeadlineFigure,
        protected: Mapping[str, ProtectedTable],
        answers: Answers,
    ) -> HeadlineFigure | None:
        """A headline figure as its table shows it; None where no published table does."""
        if not self._keeps(figure):
            return None
        spot = Spot(HEADLINES, "pack", figure.id)
        if figure.value is None:
            return None
        if figure.unit is Unit.GBP and self.rules.exempt_source(figure.source):
            return replace(figure, sentence="As it was stated in public.")
        if figure.unit is Unit.GBP:
            value = _total_of(figure, protected)
        elif spot in answers.cells:
            value = answers.cells[spot]
        elif self.rules.exempt_source(figure.source):
            value = figure.value
        else:
            return None
        sentence = "As the tables of this publication show it."
        if value is None:
            return None
        if isinstance(value, str):
            mark = self.suppression.marks.suppressed
            return replace(figure, figure=mark, value=None, sentence="Hidden, because it is small.")
        if figure.unit is Unit.GBP:
            money = rounded(Decimal(value) / self.rules.money_to) * self.rules.money_to
            said = say_millions(money, with_sign=figure.figure.startswith("+"))
            return replace(figure, figure=said, value=money, sentence=sentence)
        return replace(figure, figure=say_activity(value), value=value, sentence=sentence)

    def _stays_inside(self, table: PackTable) -> str:
        return self.rules.stays_inside(table, rounds=bool(self.suppression.base))

    def _left_out(self) -> Iterator[str]:
        for top in self.pack.sections:
            if not self.rules.keeps(top):
                yield f"Left out is the section {top.title}, as {self.rules.why_left_out(top)}."
            else:
                for table in top.tables():
                    if reason := self._stays_inside(table):
                        yield f"Left out is the table {table.title}, as {reason}."

    def _caution(self) -> Caution:
        return Caution(
            "What was done to make this fit for publication",
            (
                self.suppression.note,
                "Totals, shares, charts and headline figures follow what the tables show.",
                "Sentences that would give a figure are left out; the tables have the figures.",
                *self._left_out(),
            ),
        )

    def _sentence(self) -> str:
        return f"This pack was made for publication. {self.suppression.note} Method: {self.said}."

    def _wording(self) -> Wording:
        titles = [top.title for top in self.pack.sections if not self.rules.keeps(top)]
        titles += [
            s.title for top in self.pack.sections if not self.rules.keeps(top) for s in top.walk()
        ]
        return Wording((self.pack.period, self.pack.period.split(" (")[0]), titles, self.said)

    def _facts(self, answers: Answers) -> dict[str, Any]:
        """The facts of the manifest that give no figure."""
        facts = {n: v for n, v in self.pack.facts.items() if n in OPEN_FACTS}
        facts["loads"] = [
            {
                **load,
                "files": [
                    {n: v for n, v in file.items() if n in FACTS_OF_FILES} for file in load["files"]
                ],
            }
            for load in facts.get("loads", ())
        ]
        book, own = self.suppression.rulebook, self.rules.rulebook
        facts["rulebooks"] = [
            *facts.get("rulebooks", ()),
            *({**each.reference, "used_for": "publication"} for each in (book, own)),
        ]
        facts["row_counts"], facts["cautions"] = {}, []
        facts["suppression"] = self.said
        facts["rounded_to"] = {name: r.base for name, r in sorted(answers.rules.items())}
        facts["release"] = self.release
        facts["checked_against"] = list(dict.fromkeys(each.table.release for each in self.past))
        facts["left_out"] = list(self._left_out())
        return facts


def _cover(asking: Asking) -> Callable[[str, Category], frozenset[str]]:
    """What an earlier publication's category covers, now that more is known to exist."""

    def cover(name: str, category: Category) -> frozenset[str]:
        care = {CARE: asking.care, LINES: asking.lines}.get(name)
        found = care.covered(asked_by(category.code)) if care else frozenset()
        return found | category.parts

    return cover


def _total_of(figure: HeadlineFigure, protected: Mapping[str, ProtectedTable]) -> Any:
    """A headline's money as a published total of the same measure."""
    if not isinstance(figure.source, Position):
        return None
    for table in protected.values():
        totals = table.total() or {}
        for column in table.columns:
            same = isinstance(column.source, Position) and column.source == figure.source
            if (same or column.name == figure.source.measure) and column.name in totals:
                return totals[column.name]
    return None
