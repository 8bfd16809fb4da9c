"""What the interface says of itself holds: made-up questions against its own description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from speccomm_web.accounts.roles import Role
from speccomm_web.runs.interface.questions import questions
from tests.web.api.conftest import token_for
from tests.web.conftest import MakePerson
from tests.web.explore.conftest import Loaded, organisation

EXAMPLES = 12


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's own connection from request to request, as Django's test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("path", [question.path for question in questions()])
def test_every_answer_is_as_described(path: str, store: Loaded, make_person: MakePerson) -> None:
    """Questions that fit the description and questions that do not: each answered as it says."""
    person = make_person(Role.ANALYST, at=organisation("QWU", "icb"))
    brought = {"Authorization": f"Bearer {token_for(person)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())

    @given(case=schema[path]["GET"].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def asked(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=brought)

    asked()
