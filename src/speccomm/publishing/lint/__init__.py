"""Read the tables of a pack, ours or anyone's, and say what in them cannot be so."""
