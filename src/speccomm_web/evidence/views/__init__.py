"""The pages of the evidence app."""
