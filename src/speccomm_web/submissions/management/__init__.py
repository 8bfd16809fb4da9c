"""Management commands of the submissions app."""
