"""Settings for one machine: a demonstration, or work on the application itself."""

import os
import secrets
from pathlib import Path

from speccomm_web.config.settings.base import *  # noqa: F403
from speccomm_web.config.settings.base import ENVIRONMENT


def _kept_key(given: str, name: str) -> str:
    """The key that was given, or one made once and kept beside the records."""
    if given:
        return given
    file: Path = ENVIRONMENT.data_dir / "web" / f"{name}.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{secrets.token_hex(4)}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(48))
        try:
            os.link(temporary, file)  # the first process to arrive decides
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return file.read_text()


SECRET_KEY = _kept_key(ENVIRONMENT.secret_key, "secret")
AUDIT_KEY = _kept_key(ENVIRONMENT.audit_key, "audit")
DEBUG = os.environ.get("SPECCOMM_DEBUG", "") == "1"
ALLOWED_HOSTS = list(ENVIRONMENT.hosts) or ["localhost", "127.0.0.1", "[::1]"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DESIGN_PAGES = DEBUG or os.environ.get("SPECCOMM_DESIGN_PAGES", "") == "1"
