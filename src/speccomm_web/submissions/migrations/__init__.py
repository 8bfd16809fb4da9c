"""Migrations of the submissions app."""
