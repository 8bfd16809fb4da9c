"""Which clinical reference group and programme a service line belongs to, and if it is valid."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from speccomm.assignment.contract_lookups import ContractLookups
from speccomm.assignment.predicates import cleaned, is_true
from speccomm.assignment.tables import SERVICE_LINE


def with_service_lines(rows: ir.Table, lookups: ContractLookups) -> ir.Table:
    """Add each row's clinical reference group, programme of care and validity in its year.

    Shape:   the rows as given with the columns of tables.SERVICE_LINE added, one for one. Needs
             service_code, financial_year and financial_month.
    Missing: crg_code and npoc_letter are null for a line nobody knows; service_in_list is false
             for a code the year's list lacks and null where no list is held for the year.
    Source:  service lines and service status of the reference data.
    """
    lines = lookups.services.select(
        line_code="service_code",
        line_year="financial_year",
        line_in_list="in_list",
        line_crg_code="crg_code",
        line_npoc_letter="npoc_letter",
    )
    months = lookups.months.select(
        held_year="financial_year", held_month="financial_month", held="delegation_begun"
    )
    service = rows.mutate(line_key=cleaned(rows["service_code"]))
    held = service.left_join(
        months,
        [
            service["financial_year"] == months["held_year"],
            service["financial_month"] == months["held_month"],
        ],
    ).select(*service.columns, months["held"])
    found = held.left_join(
        lines,
        [held["line_key"] == lines["line_code"], held["financial_year"] == lines["line_year"]],
    )
    return found.select(
        *(found[name] for name in rows.columns),
        crg_code=found["line_crg_code"],
        npoc_letter=found["line_npoc_letter"],
        service_in_list=ibis.ifelse(
            found["held"].isnull(), ibis.null("boolean"), is_true(found["line_in_list"])
        ),
    ).select(*rows.columns, *SERVICE_LINE)
