"""Every address. A new one needs its row in accounts/permissions.toml, or nobody may open it."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from speccomm_web.config.views import health, home

handler400 = "speccomm_web.config.views.errors.bad_request"
handler403 = "speccomm_web.config.views.errors.permission_denied"
handler404 = "speccomm_web.config.views.errors.page_not_found"
handler500 = "speccomm_web.config.views.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("privacy", home.privacy, name="privacy"),
    path("favicon.ico", home.icon, name="icon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("account/", include("speccomm_web.accounts.urls.signing_in")),
    path("people/", include("speccomm_web.accounts.urls.people")),
    path("runs/", include("speccomm_web.runs.urls")),
    path("packs/", include("speccomm_web.packs.urls")),
    path("explore/", include("speccomm_web.explore.urls")),
    path("submissions/", include("speccomm_web.submissions.urls")),
    path("evidence/", include("speccomm_web.evidence.urls")),
    path("api/v1/", include("speccomm_web.api.urls")),
    path("audit/", include("speccomm_web.accounts.urls.audit")),
]
if settings.DESIGN_PAGES:
    urlpatterns.append(path("design/", include("speccomm_web.design.urls")))
