"""What the pack asks of the store, one module for each kind of answer."""
