"""Evidence of each service: read, kept by dated entries that are never erased, and reported."""
