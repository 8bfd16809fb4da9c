"""`speccomm-web`: Django's management command line for this application."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command. Production settings hold unless others are named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "speccomm_web.config.settings.production")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
