"""NHS design system parts as templates, and how numbers, dates and states are written."""
