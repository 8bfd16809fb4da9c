"""A person's own tokens for the programming interface: make one, see it once, revoke it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from speccomm_web.accounts import actions, queries
from speccomm_web.accounts.forms import TokenForm
from speccomm_web.accounts.presenters import revocable_tokens, tokens_table
from speccomm_web.accounts.viewer import viewer_of


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens and, in answer to making one, the token itself: this once."""
    viewer, made = viewer_of(request), ""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.make_token(
                viewer=viewer, name=form.cleaned_data["name"], days=int(form.cleaned_data["days"])
            )
            form = TokenForm()
        except actions.TooManyTokens as refusal:
            form.add_error(None, str(refusal))
    held, now = list(queries.own_tokens(viewer)), timezone.now()
    context = {
        "form": form,
        "made": made,
        "table": tokens_table(held, at=now),
        "revocable": revocable_tokens(held, at=now),
        "trail": [{"words": "Your account", "href": reverse("accounts:own")}],
    }
    answer = render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)
    if made:
        answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    try:
        actions.revoke_token(viewer=viewer_of(request), token_id=token_id)
    except actions.NotYours as refusal:
        raise Http404 from refusal
    messages.success(request, "The token was revoked. It opens nothing from now on.")
    return redirect("accounts:tokens")
