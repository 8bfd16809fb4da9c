"""Addresses of the accounts app: signing in, people, and the audit record."""
