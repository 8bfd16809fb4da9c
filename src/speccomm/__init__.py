"""Specialised commissioning of NHS services: tables in, tables out."""
