"""The application as uvicorn serves it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "speccomm_web.config.settings.production")
application = get_asgi_application()
