"""Submissions: files sent, what was found in them, who loaded what, and challenges."""
