"""The pages of the packs app."""
