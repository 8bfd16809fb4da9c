"""Settings, addresses and everything that is one per process: logs, metrics, headers, errors."""
