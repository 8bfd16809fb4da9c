"""People and their roles, for administrators; and everyone's own account."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from speccomm_web.accounts import actions, queries
from speccomm_web.accounts.forms import (
    EVERYWHERE,
    AccessForm,
    PeopleFilter,
    PersonForm,
    RoleForm,
)
from speccomm_web.accounts.permissions import pages
from speccomm_web.accounts.presenters import (
    endable,
    grants_table,
    people_table,
    permissions_table,
)
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import viewer_of

ON_A_PAGE = 50
TRAIL = [{"words": "People", "href": "/people/"}]


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everyone this administrator looks after."""
    viewer = viewer_of(request)
    form = PeopleFilter(request.GET or None)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    found = Paginator(queries.find_people(viewer, words=words), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "table": people_table(page.object_list, on=viewer.on),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person_id = actions.add_person(viewer=viewer_of(request), **form.cleaned_data)
        except actions.AlreadyThere as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, "The person was added. Give them a role next.")
            return redirect("accounts:person", person_id)
    return render(request, "accounts/add_person.html", {"form": form, "trail": TRAIL})


@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: their roles and their account."""
    return _person_page(request, person_id)


@require_POST
def grant_role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person a role."""
    form = _role_form(request)
    if not form.is_valid():
        return _person_page(request, person_id, form=form)
    given = dict(form.cleaned_data)
    place = given.pop("organisation")
    try:
        actions.grant_role(
            viewer=viewer_of(request),
            person_id=person_id,
            role=Role(given["role"]),
            organisation=None if place == EVERYWHERE else place,
            services=given["services"],
            from_date=given["from_date"],
            to_date=given["to_date"],
        )
    except actions.EndsBeforeItBegins as refusal:
        form.add_error("to_date", str(refusal))
        return _person_page(request, person_id, form=form)
    except actions.NotYours as refusal:
        raise Http404 from refusal
    messages.success(request, "The role was given.")
    return redirect("accounts:person", person_id)


@require_POST
def end_role(request: HttpRequest, grant_id: int) -> HttpResponse:
    """End a role today."""
    try:
        person_id = actions.end_role(
            viewer=viewer_of(request), grant_id=grant_id, on=timezone.localdate()
        )
    except actions.YourOwnAccount as refusal:
        messages.warning(request, str(refusal))
        return redirect("accounts:own")
    except actions.NotYours as refusal:
        raise Http404 from refusal
    messages.success(request, "The role was ended.")
    return redirect("accounts:person", person_id)


@require_POST
def change_access(request: HttpRequest, person_id: int) -> HttpResponse:
    """Close or open an account, or reset its second factor."""
    viewer, form = viewer_of(request), AccessForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person_id)
    change = form.cleaned_data["change"]
    try:
        if change == "reset_second_factor":
            actions.reset_second_factor(viewer=viewer, person_id=person_id)
        else:
            opened = change == "open"
            actions.change_account(viewer=viewer, person_id=person_id, is_active=opened)
    except actions.YourOwnAccount as refusal:
        messages.warning(request, str(refusal))
        return redirect("accounts:person", person_id)
    except actions.NotYours as refusal:
        raise Http404 from refusal
    messages.success(request, "The account was changed.")
    return redirect("accounts:person", person_id)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """The person's own account."""
    viewer = viewer_of(request)
    grants = queries.own_grants(viewer)
    return render(request, "accounts/own.html", {"table": grants_table(grants, on=viewer.on)})


@require_GET
def permissions(request: HttpRequest) -> HttpResponse:
    """Who may open what."""
    table = permissions_table(page for page in pages().values() if "developer" not in page.says)
    return render(request, "accounts/permissions.html", {"table": table})


def _role_form(request: HttpRequest, *, empty: bool = False) -> RoleForm:
    viewer = viewer_of(request)
    organisations = [
        (place.ods_code, str(place)) for place in queries.organisations_given_by(viewer)
    ]
    return RoleForm(
        None if empty else request.POST,
        organisations=organisations,
        everywhere=queries.gives_everywhere(viewer),
        initial={"from_date": viewer.on},
    )


def _person_page(
    request: HttpRequest, person_id: int, *, form: RoleForm | None = None
) -> HttpResponse:
    viewer = viewer_of(request)
    seen = queries.person_seen_by(viewer, person_id)
    if seen is None:
        raise Http404
    grants = list(seen.grants.all())
    context = {
        "seen": seen,
        "table": grants_table(grants, on=viewer.on),
        "endable": endable(grants, on=viewer.on),
        "form": form or _role_form(request, empty=True),
        "is_self": seen.pk == viewer.person_id,
        "trail": TRAIL,
    }
    return render(request, "accounts/person.html", context, status=422 if form else 200)
