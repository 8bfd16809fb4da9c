"""Every reference table: its columns, types, units, what null means, and where it comes from.

`from_date` is inclusive and `to_date` exclusive; a null `to_date` is still in force and a null
`from_date` was in force from before the table begins. `open_date` and `close_date` are the
directory's own: the close date is the last day. Tables of organisations hold no person; the one
table that does, `opt_outs`, is marked disclosive and never listed.
"""

from __future__ import annotations

from speccomm.reference.declaring import DAY, FLAG, TEXT, Column, TableSpec
from speccomm.reference.folder_tables import FOLDER
from speccomm.reference.organisation_tables import ORGANISATIONS
from speccomm.reference.service_tables import SERVICES

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (*ORGANISATIONS, *SERVICES, *FOLDER)}

__all__ = ["DAY", "FLAG", "TABLES", "TEXT", "Column", "TableSpec"]
