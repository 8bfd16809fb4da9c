"""Addresses of the interface: of each question that an app answers, and of the description."""

from django.urls import path, register_converter

from speccomm_web.api.views import describing
from speccomm_web.api.views.answering import question
from speccomm_web.runs.interface.questions import Described, questions


class RunNumber:
    """A number that every database can hold as a key."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The number in digits."""
        return str(value)


class TableName:
    """The name of a table."""

    regex = "[a-z0-9_]{1,80}"

    def to_python(self, value: str) -> str:
        """The name."""
        return value

    def to_url(self, value: str) -> str:
        """The name."""
        return value


def _route(asked: Described) -> str:
    """The address of a question as Django reads it."""
    route = asked.path.lstrip("/")
    for part in asked.parts:
        route = route.replace(f"{{{part.name}}}", f"<{part.converter}:{part.name}>")
    return route


class PackAddress:
    """The address of a published pack."""

    regex = "[a-z0-9-]{1,100}"

    def to_python(self, value: str) -> str:
        """The address."""
        return value

    def to_url(self, value: str) -> str:
        """The address."""
        return value


register_converter(PackAddress, "pack_address")
register_converter(RunNumber, "run_number")
register_converter(TableName, "table_name")

app_name = "api"
urlpatterns = [
    path("", describing.guide, name="guide"),
    path("openapi.json", describing.openapi, name="openapi"),
    *(
        path(_route(asked), question(asked.form)(asked.ask), name=asked.name)
        for asked in questions()
    ),
]
