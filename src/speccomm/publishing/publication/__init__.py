"""From a pack for inside to a pack for everyone: one step between assembling and drawing.

`publishable` takes a finished pack and gives a `PublicationPack`:

- `care`       what each cell covers: groups, services, providers, months, flows, as smallest parts
- `lines`      the rows of a table as the door takes them
- `asking`     every table of counts as questions to the one door (`publishing.suppression`)
- `answering`  what the door gave back, put into the pack's tables, with money, shares and totals
- `charts`     charts drawn again from protected tables only
- `words`      sentences that carry no figure, and those that say what was done
- `releases`   the ledger of earlier publications, checked before and written after
- `rules`      the rulebook publishing/publication
- `publishing` the step itself
"""

from speccomm.publishing.publication.asking import MoneyWithoutCounts
from speccomm.publishing.publication.publishing import publishable
from speccomm.publishing.publication.releases import (
    BadLedger,
    WouldReveal,
    keep_record,
    read_releases,
    record_release,
    release_of,
)

__all__ = [
    "BadLedger",
    "MoneyWithoutCounts",
    "WouldReveal",
    "keep_record",
    "publishable",
    "read_releases",
    "record_release",
    "release_of",
]
