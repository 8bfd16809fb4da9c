"""The files of a pack, each as the pack's manifest names it and under a policy of its own."""

from __future__ import annotations

import io
import zipfile

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.packs import actions, queries

RECORDED = frozenset(queries.MAIN_FILES.values())


@require_GET
def file(request: HttpRequest, pack_id: int, file_path: str) -> HttpResponse:
    """A file of a pack, for those who may read it inside."""
    return _answer(_inside(request, pack_id, file_path), file_path)


@require_GET
def published_file(request: HttpRequest, address: str, file_path: str) -> HttpResponse:
    """A file of the newest published pack of an address."""
    found = queries.published_pack(viewer_of(request), address)
    if found is None:
        raise Http404
    if found.stage == found.Stage.WITHDRAWN:
        return redirect("packs:published", address)
    return _answer(found, file_path)


@require_GET
def archive(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Every file of a pack as one."""
    return _zipped(_inside(request, pack_id, "everything.zip"))


@require_GET
def published_archive(request: HttpRequest, address: str) -> HttpResponse:
    """Every file of a published pack as one."""
    found = queries.published_pack(viewer_of(request), address)
    if found is None:
        raise Http404
    if found.stage == found.Stage.WITHDRAWN:
        return redirect("packs:published", address)
    return _zipped(found)


def _inside(request: HttpRequest, pack_id: int, file_path: str) -> queries.Pack:
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None or not queries.may_read_inside(viewer, found):
        raise Http404
    if found.is_internal and (file_path in RECORDED or file_path == "everything.zip"):
        actions.record_reading(viewer=viewer, pack_id=pack_id, path=file_path)
    return found


def _answer(found: queries.Pack, file_path: str) -> HttpResponse:
    opened = queries.pack_file(found, file_path)
    if opened is None:
        raise Http404
    response = HttpResponse(opened.content, content_type=opened.media_type)
    response["Content-Security-Policy"] = opened.policy
    response["X-Robots-Tag"] = "noindex"
    if opened.as_attachment:
        response["Content-Disposition"] = f'attachment; filename="{opened.name}"'
    return response


def _zipped(found: queries.Pack) -> HttpResponse:
    paths = queries.files_of(found)
    if not paths:
        raise Http404
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in paths:
            opened = queries.pack_file(found, path)
            if opened is not None:
                zipped.writestr(path, opened.content)
    response = HttpResponse(held.getvalue(), content_type="application/zip")
    name = f"pack-{found.area_code.lower()}-{found.from_month}-{found.to_month}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
