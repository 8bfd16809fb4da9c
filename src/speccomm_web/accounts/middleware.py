"""Sessions that end, and the table of permissions at the door of every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from speccomm_web.accounts.permissions import NOBODY as NOBODY_AT_ALL
from speccomm_web.accounts.permissions import Page, pages
from speccomm_web.accounts.queries import person_of_token, viewer_for
from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.problems import token_needed

Answer = Callable[[HttpRequest], HttpResponse]
BEGAN, SEEN, TWO_FACTORS = "session_began", "session_seen", "two_factors"
SEEN_EVERY = timedelta(minutes=1)  # a session is written at most this often for being used


def expire_sessions(get_response: Answer) -> Answer:
    """End a session that was idle too long, that is too old, or that was ended elsewhere."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            began = _moment(request, BEGAN) or now
            seen = _moment(request, SEEN)
            if _is_over(request, now=now, began=began, seen=seen or now):
                logout(request)
                messages.warning(request, "You were signed out. Sign in again to go on.")
            elif seen is None or now - seen > SEEN_EVERY:
                request.session[BEGAN] = began.isoformat()
                request.session[SEEN] = now.isoformat()
        return get_response(request)

    return middleware


def _is_over(request: HttpRequest, *, now: datetime, began: datetime, seen: datetime) -> bool:
    ended = getattr(request.user, "sessions_from", None)
    return (
        now - seen > timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        or now - began > timedelta(seconds=settings.SESSION_LONGEST_SECONDS)
        or (ended is not None and began < ended)
    )


def _moment(request: HttpRequest, key: str) -> datetime | None:
    kept = request.session.get(key)
    return datetime.fromisoformat(kept) if kept else None


class keep_to_permissions:
    """Admit a request to its page only as permissions.toml says, and put the viewer with it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse, send to sign in, send to set up a second factor, or let through (None).

        Raises:  PermissionDenied, Http404.
        """
        match = request.resolver_match
        page = pages().get(match.view_name if match else "")
        brought = request.headers.get("Authorization")
        if page is not None and page.by_token and brought is not None:
            return _by_token(request, page, brought)
        person = request.user if request.user.is_authenticated else None
        viewer = viewer_for(person, on=timezone.localdate())
        request.viewer = viewer  # type: ignore[attr-defined]
        if page is None:
            raise PermissionDenied
        if page.who == NOBODY_AT_ALL:
            raise Http404
        if _lacks_second_factor(request, page):
            messages.warning(request, "Set up a second factor before you go on.")
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        if page.admits(viewer):
            return None
        if not viewer.signed_in:
            return token_needed(request) if page.by_token else _to_sign_in(request)
        raise PermissionDenied


def _by_token(request: HttpRequest, page: Page, brought: str) -> HttpResponse | None:
    """Admit whoever's token was brought, as that person; a session beside it counts for nothing.

    Raises:  PermissionDenied where the person may not open the page.
    """
    scheme, _, secret = brought.partition(" ")
    person = None
    if scheme.casefold() == "bearer":
        now = timezone.now()
        person = person_of_token(secret.strip(), at=now, on=timezone.localdate(now))
    if person is None:
        return token_needed(request, brought=True)
    request.user = person
    viewer = viewer_for(person, on=timezone.localdate())
    request.viewer = viewer  # type: ignore[attr-defined]
    if page.admits(viewer):
        return None
    raise PermissionDenied


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = resolve_url(settings.LOGIN_URL)
    if request.method in {"GET", "HEAD"}:
        address += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(address)


def _lacks_second_factor(request: HttpRequest, page: Page) -> bool:
    """Whether this session came in by a password alone where that is not enough."""
    if (
        page.before_second_factor
        or not settings.SECOND_FACTOR_REQUIRED
        or not viewer_of(request).signed_in
        or request.session.get(TWO_FACTORS)
    ):
        return False
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    if "socialaccount" in methods or is_mfa_enabled(request.user):
        request.session[TWO_FACTORS] = True
        return False
    return True
