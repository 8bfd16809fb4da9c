"""Answers as plain values for templates: tables, drawings and sentences."""
