"""The question of a run, as a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from speccomm_web.runs.questions import question_words

NAMES = {"QWU": "NHS Coventry and Warwickshire Integrated Care Board", "RKB": "A trust"}
MONTHS = {"from_month": "2023-04", "to_month": "2023-12"}


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        (
            "flows",
            {"icb": "QWU", "by": "crg", "store": "/x", **MONTHS},
            "Flows of NHS Coventry and Warwickshire by CRG, April to December 2023",
        ),
        (
            "flows",
            {"region": "Y60", "by": ["provider", "pod"], "from_month": "2022-10",
             "to_month": "2023-03"},
            "Flows of Y60 by CRG, provider and point of delivery, October 2022 to March 2023",
        ),
        ("flows", {"from_month": "2023-04", "to_month": "2023-04"}, "Flows by CRG, April 2023"),
        ("flows", {"icb": "QWU", "from_month": "soon"}, "Flows: icb QWU, from month soon"),
        (
            "contract",
            {"icb": "QWU", "provider": "RKB", "year": "2023-24", "month": 9},
            "Contract position of A trust in NHS Coventry and Warwickshire, 2023-24 to December 2023",
        ),
        (
            "history",
            {"dataset": "plcm", "provider": "RKB", "year": "2023-24", "month": 9},
            "Versions of patient level activity of A trust, December 2023",
        ),
        ("pack diff", {"before": "a", "after": "b"}, "Differences between two packs"),
        ("evidence list", {"table": "sites"}, "Evidence list: table sites"),
    ],
)  # fmt: skip
def test_a_question_reads_as_a_sentence(
    command: str, arguments: dict[str, Any], words: str
) -> None:
    assert question_words(command, arguments, NAMES) == words
