"""Addresses of evidence."""

from django.urls import path

from speccomm_web.evidence.views import boards, entries, grid, sheets

app_name = "evidence"
urlpatterns = [
    path("", grid.overview, name="overview"),
    path("surveillance", boards.surveillance, name="surveillance"),
    path("highlights", boards.highlights, name="highlights"),
    path("fragile", boards.fragile, name="fragile"),
    path("priorities", boards.priorities, name="priorities"),
    path("sites", boards.sites, name="sites"),
    path("import", sheets.send, name="import"),
    path("import/<uuid:sheet_id>", sheets.sheet, name="sheet"),
    path("import/<uuid:sheet_id>/keep", sheets.keep, name="keep"),
    path("registers/<slug:register>/new", entries.new, name="new"),
    path("registers/<slug:register>/entry", entries.entry, name="entry"),
    path("registers/<slug:register>/list", entries.listed, name="list"),
    path("registers/<slug:register>/history", entries.history, name="history"),
    path("registers/<slug:register>/put-back", entries.put_back, name="put_back"),
]
