"""Pages of the app, one module for each."""
