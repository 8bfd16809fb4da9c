"""What people say and decide about a pack."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.faults import error_page
from speccomm_web.packs import actions, queries
from speccomm_web.packs.forms import CommentForm, VersionForm, WithdrawalForm, WordsForm


@require_POST
def build_again(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Build a pack anew."""
    return _step(request, pack_id, actions.build_again, "The pack is being built again.")


@require_POST
def approve(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Approve a pack, as a second person."""
    return _step(request, pack_id, actions.approve, "The pack is approved.")


@require_POST
def publish(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Publish an approved pack."""
    return _step(request, pack_id, actions.publish, "The pack is published.")


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Take a published pack away from its readers, and say why."""
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None or not found.was_published or not queries.may_edit(viewer, found):
        raise Http404
    form = WithdrawalForm(
        request.POST if request.method == "POST" else None, initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(viewer=viewer, pack_id=pack_id, **form.cleaned_data)
        except actions.NotThisPack as refusal:
            raise Http404 from refusal
        except actions.ChangedMeanwhile:
            return error_page(request, 409)
        except actions.NotYet as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The pack is withdrawn. Its address says so from now on.")
        return redirect("packs:pack", pack_id)
    context = {"form": form, "title": "Withdraw the pack", "trail": _trail(found),
               "address": reverse("packs:published", args=[found.address])}  # fmt: skip
    return render(request, "packs/withdraw.html", context, status=422 if form.errors else 200)


@require_POST
def resolve_comment(request: HttpRequest, pack_id: int, comment_id: int) -> HttpResponse:
    """Hold a comment to be dealt with."""
    return _settle(request, pack_id, comment_id, resolved=True)


@require_POST
def reopen_comment(request: HttpRequest, pack_id: int, comment_id: int) -> HttpResponse:
    """Open a comment again."""
    return _settle(request, pack_id, comment_id, resolved=False)


def _settle(request: HttpRequest, pack_id: int, comment_id: int, *, resolved: bool) -> HttpResponse:
    try:
        actions.settle_comment(
            viewer=viewer_of(request), pack_id=pack_id, comment_id=comment_id, resolved=resolved
        )
    except actions.NotThisPack as refusal:
        raise Http404 from refusal
    except actions.NotYet as refusal:
        messages.warning(request, str(refusal))
    else:
        done = "The comment is resolved." if resolved else "The comment is open again."
        messages.success(request, done)
    return redirect(reverse("packs:pack", args=[pack_id]) + f"#comment-{comment_id}")


def _step(
    request: HttpRequest, pack_id: int, act: Callable[..., object], done: str
) -> HttpResponse:
    form = VersionForm(request.POST)
    if not form.is_valid():
        return error_page(request, 400)
    viewer, version = viewer_of(request), form.cleaned_data["version"]
    try:
        act(viewer=viewer, pack_id=pack_id, version=version)
    except actions.NotThisPack as refusal:
        raise Http404 from refusal
    except actions.ChangedMeanwhile:
        return error_page(request, 409)
    except (actions.NotYet, actions.YourOwnPack) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("packs:pack", pack_id)


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, pack_id: int, section: str) -> HttpResponse:
    """Write the words of a section."""
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None or section not in found.present or not queries.may_edit(viewer, found):
        raise Http404
    now = queries.wordings_of(found).get(section)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        initial={
            "version": found.version,
            "text": now.text if now else "",
            "written_as": now.written_as if now else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_words(
                viewer=viewer, pack_id=pack_id, section=section, **form.cleaned_data
            )
        except actions.NotThisPack as refusal:
            raise Http404 from refusal
        except actions.ChangedMeanwhile:
            return error_page(request, 409)
        except (actions.BadWords, actions.NotYet) as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "The words are kept. The pack is being built with them.")
            return redirect("packs:pack", pack_id)
    title = f"Words for {_named(found, section)}"
    context = {"form": form, "title": title, "trail": _trail(found)}
    return render(request, "packs/section.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, pack_id: int, section: str) -> HttpResponse:
    """Comment on a section."""
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None or section not in found.present or not queries.may_read_inside(viewer, found):
        raise Http404
    form = CommentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.comment(
            viewer=viewer, pack_id=pack_id, section=section, text=form.cleaned_data["text"]
        )
        messages.success(request, "The comment is kept.")
        return redirect(reverse("packs:pack", args=[pack_id]) + f"#section-{section}")
    title = f"Comment on {_named(found, section)}"
    context = {"form": form, "title": title, "trail": _trail(found)}
    return render(request, "packs/section.html", context, status=422 if form.errors else 200)


def _named(found: queries.Pack, section: str) -> str:
    title = queries.titles_of(found)[section]
    return title[:1].lower() + title[1:]


def _trail(found: queries.Pack) -> list[dict[str, str]]:
    return [
        {"words": "Packs", "href": reverse("packs:list")},
        {"words": found.area_name, "href": reverse("packs:pack", args=[found.pk])},
    ]
