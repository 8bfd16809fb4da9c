"""Office files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO

EARLIEST = 1980  # of a time in a zip file


def settled(data: bytes, moment: datetime) -> bytes:
    """The same zip file with every entry dated `moment`, in the order it had, packed one way."""
    stamp = moment.timetuple()[:6] if moment.year >= EARLIEST else (EARLIEST, 1, 1, 0, 0, 0)
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as given,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as kept,
    ):
        for entry in given.infolist():
            info = zipfile.ZipInfo(entry.filename, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            kept.writestr(info, given.read(entry))
    return packed.getvalue()
