"""The pages of submissions, loads and challenges."""
