"""Triggers of the database that refuse to change or delete an audit entry.

They stop mistakes and ordinary access. Whoever owns the database can take them away: that is why
the chain is also bound by hashes under a key that the database does not hold.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "accounts_auditentry"
SENTENCE = "An audit entry is never changed or deleted."
SQLITE = {
    f"{TABLE}_no_{act}": f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{act} BEFORE {act} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for act in ("update", "delete")
}
REFUSES = f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
CALLS = f"EXECUTE FUNCTION {TABLE}_refuse()"
POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS {REFUSES}",
    (
        f"CREATE OR REPLACE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW {CALLS}"
    ),
    f"CREATE OR REPLACE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} {CALLS}",
)


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers, where they are not there."""
    statements = POSTGRESQL if connection.vendor == "postgresql" else tuple(SQLITE.values())
    _run(connection, statements)


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for a migration back, and for tests that empty the tables."""
    if connection.vendor == "postgresql":
        statements: tuple[str, ...] = (
            f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
            f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
        )
    else:
        statements = tuple(f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE)
    _run(connection, statements)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
