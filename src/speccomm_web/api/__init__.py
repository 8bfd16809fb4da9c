"""The programming interface: the questions of the pages, answered as JSON and CSV."""
