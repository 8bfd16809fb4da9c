"""The page of a region's packs says who they are for, as the packs do."""

import pytest

from speccomm.publishing.leaving import INTERNAL
from speccomm.publishing.model import Handling
from speccomm.publishing.publication.publishing import HANDLING, MARK
from speccomm.publishing.rendering.region_index import IndexEntry, region_index

PUBLISHED = Handling(HANDLING, "", MARK, "publication")


@pytest.mark.parametrize(("handling", "other"), [(INTERNAL, PUBLISHED), (PUBLISHED, INTERNAL)])
def test_who_the_packs_are_for_is_said_once_and_rightly(handling, other) -> None:
    entry = IndexEntry("QWU", "NHS A", "April 2023", handling.short, handling.kind, ["html"])
    page = region_index("the Midlands region", [entry])
    assert f"({handling.kind})</title>" in page
    assert handling.short in page
    assert other.kind not in page
    assert other.short not in page
