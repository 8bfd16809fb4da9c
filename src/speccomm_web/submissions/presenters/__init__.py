"""Plain values for the pages of submissions."""
