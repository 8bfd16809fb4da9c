"""The application as uvicorn serves it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "speccomm_web.config.settings.production")
django.setup(set_prefix=False)

from speccomm_web.config.body_limit import limit_bodies  # noqa: E402 - the settings stand before
from speccomm_web.config.serving import Application  # noqa: E402

application = limit_bodies(Application())
