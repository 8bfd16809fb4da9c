"""Evidence as plain values for templates."""
