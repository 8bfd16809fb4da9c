"""The registers as they hold on a date, as tables a question can be asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.quality.standing import as_it_holds
from speccomm.quality.tables import REGISTERS, register_named


@dataclass(frozen=True)
class Registers:
    """Every register as it holds on one date: the columns `tables.py` declares.

    `standing` keeps the last word on each subject from each date, for questions about history.
    """

    on: date
    tables: Mapping[str, ir.Table]
    standing: Mapping[str, ir.Table]

    def __getitem__(self, name: str) -> ir.Table:
        """The register of that name as it holds. Raises UnknownName."""
        return self.tables[register_named(name).name]

    def of_providers(self, providers: list[str]) -> Registers:
        """The registers with only these providers' rows, where a register says whose row it is.

        Rows that name no provider stay: they are about the service wherever it is. Give every
        code a provider has had. Workforce goes by the provider of its site in the provision
        register.
        """
        kept = {name: _limited(table, providers) for name, table in self.tables.items()}
        standing = {name: _limited(table, providers) for name, table in self.standing.items()}
        sites = kept["provision"].select("site_code").distinct()
        kept["workforce"] = kept["workforce"].semi_join(sites, "site_code")
        return replace(self, tables=kept, standing=standing)


def registers_on(standing: Mapping[str, pa.Table], *, on: date) -> Registers:
    """Draw every register as it holds on a date, from its standing statements.

    A register missing from `standing` is empty: nobody has said anything for it.
    """
    words = {
        name: standing.get(name, register.stored.empty_table())
        for name, register in REGISTERS.items()
    }
    return Registers(
        on=on,
        tables={
            name: ibis.memtable(as_it_holds(REGISTERS[name], table, on=on))
            for name, table in words.items()
        },
        standing={name: ibis.memtable(table) for name, table in words.items()},
    )


def _limited(table: ir.Table, providers: list[str]) -> ir.Table:
    if "provider_code" not in table.columns:
        return table
    return table.filter(table.provider_code.isin(providers) | table.provider_code.isnull())
