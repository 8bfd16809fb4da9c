"""Draw a pack in each of its formats: every one from the same sections, and none with a figure of its own."""
