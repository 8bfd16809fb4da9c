"""Addresses of the interface. What is added here is described in description.py."""

from django.urls import path, register_converter

from speccomm_web.api.views import describing, questions


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


register_converter(RunNumber, "run_number")
register_converter(TableName, "table_name")

app_name = "api"
urlpatterns = [
    path("", describing.guide, name="guide"),
    path("openapi.json", describing.openapi, name="openapi"),
    path("places", questions.places, name="places"),
    path("flows", questions.flows, name="flows"),
    path("contract", questions.contract, name="contract"),
    path("history", questions.history, name="history"),
    path("runs", questions.runs, name="runs"),
    path("runs/<run_number:run_id>", questions.run, name="run"),
    path("runs/<run_number:run_id>/<table_name:name>", questions.run_table, name="run_table"),
]
