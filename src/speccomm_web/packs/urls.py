"""Addresses of packs."""

from django.urls import path

from speccomm_web.packs.views import asking, deciding, listing, pack, reading

app_name = "packs"
urlpatterns = [
    path("", listing.packs, name="list"),
    path("ask", asking.ask, name="ask"),
    path("published/<slug:address>", listing.published, name="published"),
    path(
        "published/<slug:address>/read/<path:file_path>",
        reading.published_file,
        name="published_file",
    ),
    path("published/<slug:address>/everything.zip", reading.published_archive,
         name="published_archive"),
    path("<int:pack_id>", pack.pack, name="pack"),
    path("<int:pack_id>/read/<path:file_path>", reading.file, name="file"),
    path("<int:pack_id>/everything.zip", reading.archive, name="archive"),
    path("<int:pack_id>/changes", pack.changes, name="changes"),
    path("<int:pack_id>/build-again", deciding.build_again, name="build_again"),
    path("<int:pack_id>/approve", deciding.approve, name="approve"),
    path("<int:pack_id>/publish", deciding.publish, name="publish"),
    path("<int:pack_id>/withdraw", deciding.withdraw, name="withdraw"),
    path("<int:pack_id>/comments/<int:comment_id>/resolve", deciding.resolve_comment,
         name="resolve_comment"),
    path("<int:pack_id>/comments/<int:comment_id>/reopen", deciding.reopen_comment,
         name="reopen_comment"),
    path("<int:pack_id>/sections/<slug:section>", deciding.section, name="section"),
    path("<int:pack_id>/sections/<slug:section>/comment", deciding.comment, name="comment"),
]  # fmt: skip
