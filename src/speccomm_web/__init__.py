"""The web application: records of what people decide, and finished runs to read."""
