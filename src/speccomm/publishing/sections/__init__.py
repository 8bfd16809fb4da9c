"""The sections of a pack, one module each: words, figures, tables and charts from the facts."""
