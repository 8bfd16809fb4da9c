"""Logs as one JSON object a line, holding only what was meant to be logged."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

# The only facts of a record that are written beside its message. A request's query string, form
# and body are never among them: they may hold what a person typed of a patient.
FACTS = (
    "request_id", "method", "route", "status", "milliseconds", "person", "task", "sequence", "head"
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON: time, level, logger, message and the known facts."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line.update(
            {
                fact: getattr(record, fact)
                for fact in FACTS
                if getattr(record, fact, None) is not None
            }
        )
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["trace"] = _places(record)
        return json.dumps(line, default=str)


def _message(record: logging.LogRecord) -> str:
    """Django's own lines name the path asked for, which may hold a value: it is left out."""
    if record.name in {"django.request", "django.security.csrf"}:
        return str(record.msg).split(":")[0].replace("%s", "").strip() or "request"
    return record.getMessage()


def _places(record: logging.LogRecord) -> list[str]:
    """Where it went wrong, without the message of the exception, which may quote a value."""
    places: list[str] = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return places
