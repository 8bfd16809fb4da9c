"""What an annual report asks of the store."""
