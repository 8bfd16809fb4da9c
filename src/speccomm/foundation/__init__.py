"""Words every other part uses: periods, money, identifiers, findings, refusals, rulebooks."""
