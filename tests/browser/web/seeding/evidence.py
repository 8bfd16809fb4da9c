"""An entry of evidence with a history, and a sheet that waits for a decision."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.browser.web.seeding.visitor import Visitor


def evidence(visitors: dict[str, Visitor], folder: Path) -> dict[str, str]:
    """An entry with a history, and a sheet that waits for a decision."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    quality = visitors["quality"]
    with (folder / "ssqd.csv").open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    service = rows[0]["service_code"]
    address = f"/evidence/registers/ssqd/entry?service_code={service}"
    said = {"has_ssqd": "no" if rows[0]["has_ssqd"] == "yes" else "yes", "said_by": "Quality lead"}
    form = quality.client.get(address).content.decode()
    seen = form.partition('name="seen" value="')[2].partition('"')[0]
    quality.sent_to(address, seen=seen, **said)
    for row in rows[:40]:
        row["has_ssqd"] = "yes"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    sheet = SimpleUploadedFile(
        "Dashboards of services, as the region has them.csv", out.getvalue().encode()
    )
    fields = {"file": sheet, "register": "ssqd", "said_by": "Quality lead"}
    return {"service": service, "sheet": quality.sent_to("/evidence/import", **fields)}
