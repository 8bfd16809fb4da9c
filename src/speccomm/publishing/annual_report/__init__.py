"""The annual report of an ICB, a region or another body: income, expenditure, decisions, plans."""
