"""Small numbers: the one door through which a table leaves, and the attack that tests it."""

from speccomm.publishing.suppression.dimensions import Category, Dimension, flat, months, nested
from speccomm.publishing.suppression.door import (
    Account,
    NotThroughTheDoor,
    Publication,
    PublishableTable,
    suppress,
)
from speccomm.publishing.suppression.evidence import Contradictory, Interval, attack
from speccomm.publishing.suppression.question import CannotProtect
from speccomm.publishing.suppression.ratios import Ratio
from speccomm.publishing.suppression.releases import (
    NotARecord,
    Recovery,
    ReleaseCheck,
    check_release,
    read_release_record,
    release_record,
)
from speccomm.publishing.suppression.rules import SuppressionRules, suppression_rules
from speccomm.publishing.suppression.search import Gap
from speccomm.publishing.suppression.sources import (
    BadTable,
    Earlier,
    Kind,
    PublishedTable,
    Rate,
    SourceTable,
    source_table,
)
from speccomm.publishing.suppression.universe import TooManyUnknowns
from speccomm.publishing.suppression.values import (
    NOT_APPLICABLE,
    NOT_COLLECTED,
    UNKNOWN,
    CellValue,
    PublishedCell,
    State,
    printed,
    value_of,
)

__all__ = [
    "NOT_APPLICABLE",
    "NOT_COLLECTED",
    "UNKNOWN",
    "Account",
    "BadTable",
    "CannotProtect",
    "Category",
    "CellValue",
    "Contradictory",
    "Dimension",
    "Earlier",
    "Gap",
    "Interval",
    "Kind",
    "NotARecord",
    "NotThroughTheDoor",
    "PublishableTable",
    "Publication",
    "PublishedCell",
    "PublishedTable",
    "Rate",
    "Ratio",
    "Recovery",
    "ReleaseCheck",
    "SourceTable",
    "State",
    "SuppressionRules",
    "TooManyUnknowns",
    "attack",
    "check_release",
    "flat",
    "months",
    "nested",
    "printed",
    "read_release_record",
    "release_record",
    "source_table",
    "suppress",
    "suppression_rules",
    "value_of",
]
