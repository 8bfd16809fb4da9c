"""Pages that belong to no subject: the first page, errors, health and metrics."""
