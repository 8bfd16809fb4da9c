"""The pages of the accounts app."""
