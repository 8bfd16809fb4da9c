"""Settings of Django, one module for each way of running, all from one frozen environment."""
