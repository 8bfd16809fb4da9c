"""Why one record is whose: the flow chart walked in plain Python, with every step in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.record_answers import RecordAnswers
from speccomm.assignment.record_codes import Code, RecordCodes
from speccomm.assignment.record_facts import RecordFacts
from speccomm.assignment.record_warnings import RecordWarning, record_warnings
from speccomm.assignment.rules import CamRules


@dataclass(frozen=True)
class ExplainedStep:
    """One step taken: its name, question, answer and the clause that decided it."""

    step: str
    question: str
    answer: bool
    because: str

    @property
    def sentence(self) -> str:
        """The step as a line to read."""
        return f"{self.step}. {self.question} {'Yes' if self.answer else 'No'}: {self.because}."


@dataclass(frozen=True)
class Explanation:
    """What was decided for one record, how, and what is to be looked at in it.

    It names codes, never a person or a postcode.
    """

    record_id: str
    exit: str
    commissioner_code: str | None
    category_code: str | None
    path: str
    rulebook: str
    steps: tuple[ExplainedStep, ...]
    conclusion: str
    warnings: tuple[RecordWarning, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every step, the conclusion and the warnings, in order."""
        steps = (step.sentence for step in self.steps)
        return (*steps, self.conclusion, *(warning.line for warning in self.warnings))


def explain_record(
    record: Mapping[str, Any], reference: ReferenceRows, *, rules: CamRules
) -> Explanation:
    """Walk one record (keys of tables.RECORD) through the flow chart and say why at each step.

    Shape:   one explanation; its answers are those of `flow_chart.assign_records` and its warnings
             those of `record_findings.warnings`, whose oracle this is.
    Missing: commissioner_code None where the code cannot be found; the conclusion says why.
    Source:  the rulebook's flow chart, interpreted without the engine.
    """
    facts = RecordFacts(record, reference, rules)
    codes = RecordCodes(facts)
    answers = RecordAnswers(facts, codes.responsible_sub_icb()[0])
    emergency = facts.value("cds_type") in rules.lists["emergency_types"]
    name = rules.start_emergency if emergency else rules.start_other
    taken: list[ExplainedStep] = []
    while True:
        step = rules.steps[name]
        answer, because = answers.answer(step.test)
        taken.append(ExplainedStep(name, step.question, answer, because))
        target = step.yes if answer else step.no
        if target.is_exit:
            break
        name = target.name
    code = _code_of(target.name, codes, rules)
    category = _category_of(target.name, name, facts, rules)
    return Explanation(
        record_id=record["record_id"],
        exit=target.name,
        commissioner_code=code[0],
        category_code=category,
        path=">".join(step.step for step in taken),
        rulebook=rules.name,
        steps=tuple(taken),
        conclusion=_conclusion(target.name, code, category),
        warnings=record_warnings(facts, exit_name=target.name, commissioner_code=code[0]),
    )


def _code_of(exit_name: str, codes: RecordCodes, rules: CamRules) -> Code:
    code, method = rules.exits[exit_name]
    if code is not None:
        return code, "the exit's own code"
    if method is None:
        return None, "nobody is expected to pay"
    return codes.find(method)


def _category_of(exit_name: str, last: str, facts: RecordFacts, rules: CamRules) -> str | None:
    for entry in rules.categories:
        if (
            entry.exit == exit_name
            and (entry.after is None or last in entry.after)
            and entry.mental_health in (None, facts.mental_health)
        ):
            return entry.code
    return None


def _conclusion(exit_name: str, code: Code, category: str | None) -> str:
    found, because = code
    payer = f"commissioner {found}" if found else "no commissioner could be given"
    kept = f"category {category}" if category else "no category is published for this exit"
    return f"Exit {exit_name}: {payer} ({because}); {kept}."
