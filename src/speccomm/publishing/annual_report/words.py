"""The words of an annual report and what they mean in it."""

from __future__ import annotations

from speccomm.publishing.model import Definitions, Section

TERMS = {
    "Accounts": "what a body states of its income and expenditure of a year, line by line, in the register of accounts",
    "Commissioner": "the ICB, or before ICBs the body, that pays for a patient’s care",
    "Cost in a full year": "what a development costs once it has run for twelve months",
    "Cost in the first year": "what it costs in the year it starts, often less than twelve months",
    "Deliverable": "something a priority is to deliver by a quarter",
    "Market forces amount": "what is paid above the price because staff and land cost more there",
    "Non-recurrent": "paid once, and not again each year",
    "Other": "lines below the level from which a line is named, gathered as one; how many they are is said beside them",
    "Pence in each £": "how much of each pound of the total a line is, in whole pence that add up to 100",
    "Surplus, deficit": "income less expenditure of the same year, above or below nothing",
    "Tie": "to come out exactly the same where two sums are of the same money",
}


def words_section() -> Section:
    """Definitions in alphabetical order."""
    return Section("definitions", "Words used in this report", (Definitions(tuple(TERMS.items())),))
