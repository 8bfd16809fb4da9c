"""Pages that show the parts themselves, in development and tests."""
