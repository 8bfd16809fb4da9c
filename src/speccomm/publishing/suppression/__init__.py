"""Small numbers: the one door through which a table leaves, and the attack that tests it.

A newcomer reads `door` first; it calls everything else. What goes in, and what comes out:

- `values`       what may stand in a cell: a number, zero, hidden, or a kind of nothing
- `dimensions`   categories, and the smallest parts each covers
- `sources`      a table before the door, a table as published, an earlier release
- `rules`        a method's rulebook
- `door`         `suppress`: the only maker of a `PublishableTable`, and the last attack before it leaves
- `publication`  a table as everyone will see it; `ratios` are rates and shares of what is published

What is known, as sums of the same unknowns:

- `universe`     the unknowns behind all tables, and each cell as a sum of some of them
- `ledger`       each cell once, with its true number and what was said of it
- `implied`      numbers that nobody prints and a subtraction gives
- `frame`        cells over unknowns as a matrix
- `polytope`     how low and how high a cell can be (HiGHS); `whole` the same in whole numbers

What to hide:

- `question`     one publication as a question, and its answer
- `model`        from cells to limits and targets; `demands` says what must stay possible of each
- `protection`   whether a choice protects, and if not, what more must be hidden
- `search`       choices and attacks in turn; `master` is the cheapest choice that keeps every cut

What is out:

- `evidence`     published tables taken together, and the attack on them
- `revision`     which earlier figures no longer fit and were revised
- `releases`     a release checked against earlier ones, and the record of each
"""

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
