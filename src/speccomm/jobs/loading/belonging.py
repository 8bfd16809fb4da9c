"""Whether every row of a submission is of a provider that its sender may send for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.jobs.reading import organisation_map
from speccomm.reference import Reference

MOST_NAMED = 5


class NotYourProvider(Refusal):
    """A submission with rows of providers for which its sender may not send."""

    def __init__(self, found: dict[str, int], allowed: Collection[str]) -> None:
        self.found = found
        said = [f"{rows:,} of provider {code}" for code, rows in list(found.items())[:MOST_NAMED]]
        if len(found) > MOST_NAMED:
            said.append(f"others of {len(found) - MOST_NAMED:,} more providers")
        super().__init__(
            f"It holds rows of another provider: {', '.join(said)}. You may send for "
            f"{', '.join(sorted(allowed))}. Nothing was kept. Take these rows out and send it again."
        )


def refuse_other_providers(
    slices: pa.Table, providers: Collection[str] | None, *, reference: Reference, on: date
) -> None:
    """Refuse rows of providers that are not among some, or among what they were called before.

    `providers` None lets every provider through. A row without a known provider is refused as a
    row, and says nothing of whose it is.

    Raises:  NotYourProvider.
    """
    if providers is None:
        return
    found: dict[str, int] = {}
    for row in slices.to_pylist():
        count = row["accepted_rows"] + row["refused_rows"]
        found[row["provider_code"]] = found.get(row["provider_code"], 0) + count
    others = {code: found[code] for code in sorted(found) if code not in providers}
    if others:
        standing = organisation_map(reference, on=on)
        own = standing.codes_of(standing.current_codes(providers))
        others = {code: rows for code, rows in others.items() if code not in own}
    if others:
        raise NotYourProvider(others, providers)
