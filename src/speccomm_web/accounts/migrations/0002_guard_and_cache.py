"""The guard of the audit entries, and the table of the cache where there is no Redis."""

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from speccomm_web.accounts import audit_guard


def put_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    audit_guard.put_up(schema_editor.connection)


def take_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    audit_guard.take_down(schema_editor.connection)


def make_cache_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_first")]
    operations = [
        migrations.RunPython(put_up, take_down),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
