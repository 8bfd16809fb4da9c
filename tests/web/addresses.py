"""Every address of the application, by the name of its page, with an example of each parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# One example of each parameter that an address may take. The thing need not exist: whether a page
# may be opened is decided before it is looked for.
EXAMPLES: dict[str, Any] = {
    "person_id": 1,
    "grant_id": 1,
    "uidb36": "1",
    "key": "set-password",
    "provider_id": "organisation",
    "status": 404,
    "run_id": 1,
    "token_id": 1,
    "name": "flows",
    "format_": "csv",
    "pack_id": 1,
    "comment_id": 1,
    "section": "services",
    "address": "qwu-2023-04-2023-12",
    "file_path": "index.html",
    "submission_id": 1,
    "received_id": 1,
    "challenge_id": 1,
    "attachment_id": 1,
    "load_id": "20240101T000000Z-abcdef",
    "slice_dataset": "plcm",
    "slice_provider": "RRK",
    "slice_year": "2023-24",
    "slice_month": 9,
    "register": "ssqd",
    "sheet_id": "6a1f5f58-2f0e-4c52-9d5b-0d5a2a2f9c12",
    "task_id": "6a1f5f58-2f0e-4c52-9d5b-0d5a2a2f9c11",
}
# Pages that only take a form.
POSTED = {
    "submissions:take_up_message",
    "submissions:discard_message",
    "submissions:reply",
    "submissions:propose",
    "submissions:accept_challenge",
    "submissions:drop_challenge",
    "accounts:grant_role",
    "accounts:end_role",
    "accounts:change_access",
    "runs:cancel_task",
    "accounts:revoke_token",
    "evidence:put_back",
    "evidence:keep",
    "packs:build_again",
    "packs:approve",
    "packs:publish",
    "packs:resolve_comment",
    "packs:reopen_comment",
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Each pattern of the URLconf, under its full name."""
    yield from _below(get_resolver().url_patterns, "")


def _below(found: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _below(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def example_arguments(pattern: URLPattern) -> dict[str, Any]:
    """An example for each parameter of an address."""
    return {name: EXAMPLES[name] for name in pattern.pattern.regex.groupindex}
