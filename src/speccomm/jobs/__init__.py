"""One function for each thing a person asks for: open, read, call, commit, hand back tables."""
