"""A pack as one tagged PDF, set by Typst from the pack's own words, tables and charts."""
