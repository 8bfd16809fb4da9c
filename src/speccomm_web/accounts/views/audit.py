"""The audit record, to read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from speccomm_web.accounts import queries
from speccomm_web.accounts.forms import AuditFilter
from speccomm_web.accounts.presenters import audit_table
from speccomm_web.accounts.viewer import viewer_of

ON_A_PAGE = 100


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """What was done and seen, newest first."""
    viewer = viewer_of(request)
    form = AuditFilter(request.GET or None, acts=queries.acts_seen_by(viewer))
    asked = form.cleaned_data if form.is_valid() else {"act": "", "words": ""}
    found = Paginator(queries.find_audit(viewer, act=asked["act"], words=asked["words"]), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "table": audit_table(page),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
    }
    return render(request, "accounts/audit.html", context)
