"""Back up everything that cannot be made again, and put it back: records, store, files."""
