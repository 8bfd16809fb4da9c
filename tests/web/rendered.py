"""What a page was given to show: Jinja tells Django's test client nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered


@pytest.fixture(autouse=True)
def told_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `response.context` hold what the templates of a page were given."""
    plain = Template.render

    def render(
        self: Template, context: dict[str, Any] | None = None, request: HttpRequest | None = None
    ) -> str:
        template_rendered.send(sender=self, template=self, context=dict(context or {}))
        return plain(self, context, request)

    monkeypatch.setattr(Template, "render", render)
