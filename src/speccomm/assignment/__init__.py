"""Who most likely pays: the Commissioner Assignment Method, for records and for contract rows."""
