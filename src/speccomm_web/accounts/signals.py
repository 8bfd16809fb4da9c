"""Signing in, signing out and changes of a second factor are written to the audit record."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.middleware import BEGAN, SEEN
from speccomm_web.accounts.models import Person
from speccomm_web.accounts.queries import viewer_for
from speccomm_web.accounts.viewer import NOBODY


def connect() -> None:
    """Listen, once per process."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-signed-out")
    user_login_failed.connect(_failed, dispatch_uid="audit-failed")
    password_changed.connect(_password_changed, dispatch_uid="audit-password-changed")
    password_reset.connect(_password_changed, dispatch_uid="audit-password-reset")
    authenticator_added.connect(_second_factor_added, dispatch_uid="audit-factor-added")
    authenticator_removed.connect(_second_factor_removed, dispatch_uid="audit-factor-removed")
    authenticator_reset.connect(_second_factor_added, dispatch_uid="audit-factor-reset")


def _signed_in(sender: Any, request: HttpRequest, user: Person, **_: Any) -> None:
    now = timezone.now().isoformat()
    request.session[BEGAN] = request.session[SEEN] = now
    _record(user, "signed_in")


def _signed_out(sender: Any, request: HttpRequest, user: Person | None, **_: Any) -> None:
    if user is not None:
        _record(user, "signed_out")


def _failed(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    """The address that was tried is not kept: people type passwords into the wrong field."""
    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    person = Person.objects.filter(email=email).first()
    with transaction.atomic():
        record_audit(
            viewer=NOBODY,
            act="failed_to_sign_in",
            subject_kind="person",
            subject=str(person.pk) if person else "unknown",
        )


def _password_changed(sender: Any, user: Person, **_: Any) -> None:
    _record(user, "changed_password")


def _second_factor_added(sender: Any, user: Person, authenticator: Any, **_: Any) -> None:
    _record(user, "added_second_factor", kind=authenticator.type)


def _second_factor_removed(sender: Any, user: Person, authenticator: Any, **_: Any) -> None:
    _record(user, "removed_second_factor", kind=authenticator.type)


def _record(person: Person, act: str, **details: str) -> None:
    with transaction.atomic():
        record_audit(
            viewer=viewer_for(person, on=timezone.localdate()),
            act=act,
            subject_kind="person",
            subject=str(person.pk),
            details=details,
        )
