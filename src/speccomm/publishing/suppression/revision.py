"""Which earlier figures no longer fit: what was published before and revised since.

A later submission replaces an earlier one, so two releases may show different numbers for the same
thing. As few and as small departures from the earlier figures as possible are found that let the
later ones be true.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from speccomm.publishing.suppression.frame import WHOLE, Node
from speccomm.publishing.suppression.polytope import Polytope
from speccomm.publishing.suppression.universe import Indices

ANYTHING = (-inf, inf)


def revised_cells(
    nodes: Sequence[Node],
    links: Sequence[tuple[Indices, Indices]],
    doubtful: Sequence[int],
    *,
    unknowns: int,
    negative: bool,
) -> list[int]:
    """The doubtful cells that must depart from what is said of them for any numbers to fit.

    Departures too slight for the solver are not seen; where they matter, every doubtful cell departs.
    Raises: Contradiction where the cells that are not doubtful fit no numbers.
    """
    found = _departing(nodes, links, doubtful, unknowns=unknowns, negative=negative)
    kept = list(nodes)
    for cell in found:
        kept[cell] = Node(nodes[cell].unknowns, ANYTHING, ANYTHING)
    fits = Polytope(kept, links, unknowns=unknowns, whole=False, negative=negative).fits()
    return found if fits else list(doubtful)


def _departing(
    nodes: Sequence[Node],
    links: Sequence[tuple[Indices, Indices]],
    doubtful: Sequence[int],
    *,
    unknowns: int,
    negative: bool,
) -> list[int]:
    """Each doubtful cell plus what it falls short by is what was said plus what it goes beyond.

    The sum of both over all cells is made as small as can be.
    """
    free = (0.0, float("inf"))
    changed = list(nodes)
    ties = list(links)
    slack: list[int] = []
    for number, cell in enumerate(doubtful):
        said, over, under = (unknowns + 3 * number + step for step in range(3))
        node = nodes[cell]
        ties.append((np.append(node.unknowns, under), np.array([said, over])))
        changed[cell] = Node(np.array([said]), node.shown, node.shown)
        slack += [over, under]
    size = len(changed)
    changed += [Node(np.array([unknown]), free, free) for unknown in slack]
    size_in_all = unknowns + 3 * len(doubtful)
    polytope = Polytope(changed, ties, unknowns=size_in_all, whole=False, negative=negative)
    departures = polytope.extreme(range(size, len(changed)), upward=False).values[size:]
    pairs = departures.reshape(-1, 2).sum(axis=1)
    return [cell for cell, departure in zip(doubtful, pairs, strict=True) if departure > WHOLE]
