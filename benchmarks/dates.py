"""The dates every run shares, so that what is measured does not depend on the day."""

from __future__ import annotations

from datetime import UTC, datetime

from speccomm.foundation.periods import FinancialMonth, FinancialYear

RECEIVED_AT = datetime(2024, 1, 20, 9, tzinfo=UTC)
YEAR = FinancialYear.parse("2023-24")
FIRST_MONTH = FinancialMonth(YEAR, 1)
LAST_MONTH = FinancialMonth(YEAR, 9)
REGION, ICB, CRG = "Y60", "QWU", "A06"
