"""Commands of the submissions app."""
