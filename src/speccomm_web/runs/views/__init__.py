"""The pages of the runs app."""
