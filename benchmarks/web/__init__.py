"""Measure the web application: readers, and a large file sent through the page."""
