"""Settings of the tests: SQLite, or PostgreSQL with Redis where the environment says so."""

import os
import tempfile
from pathlib import Path

from speccomm_web.config.environment import database_settings, read_environment
from speccomm_web.config.settings.base import *  # noqa: F403
from speccomm_web.config.settings.base import CACHES, DATABASES, MIDDLEWARE

# Nothing of a demonstration or of the machine it runs on reaches a test: only the addresses of
# the services it is told to use.
TEST_FOLDER = Path(tempfile.gettempdir()) / "speccomm-web-tests"
ENVIRONMENT = read_environment(
    {
        "SPECCOMM_DATA_DIR": str(TEST_FOLDER),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
    }
)
DATABASES["default"] = database_settings(ENVIRONMENT.database)
if ENVIRONMENT.database.startswith("sqlite"):
    # A file for each process: an SQLite in memory does not wait for a lock as a file does.
    TEST_FOLDER.mkdir(exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_FOLDER / f"records-{os.getpid()}.sqlite3")}

# No test finds what another left.
CACHES["shared_answers"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

SECRET_KEY = "only-for-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz"
AUDIT_KEY = "only-for-tests-" + "zyxwvutsrqponmlkjihgfedcba9876543210"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DESIGN_PAGES = True
SECOND_FACTOR_REQUIRED = True
DEMONSTRATION = False
METRICS_TOKEN = "metrics-for-tests"  # noqa: S105 - opens nothing but the counts of a test
WHITENOISE_USE_FINDERS = True
MIDDLEWARE = [name for name in MIDDLEWARE if "WhiteNoise" not in name]
