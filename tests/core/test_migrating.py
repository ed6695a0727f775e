"""An upgrade without downtime: while the tables are already new, the version before still writes into them."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader

# The last migration of version 0.1.0 in each room. What came later meets processes that do not know it yet.
RELEASED = {
    "assessments": "0003_initial",
    "certificates": "0003_initial",
    "courses": "0002_initial",
    "people": "0001_initial",
    "reports": "0001_initial",
}


def _added() -> list[tuple[str, str]]:
    """Table and column of each field that a migration after the release adds to a table of that release."""
    loader = MigrationLoader(None)
    later = [key for key in sorted(loader.disk_migrations) if key[0] in RELEASED and key[1] > RELEASED[key[0]]]
    known = loader.project_state(list(RELEASED.items())).models
    found = []
    for app, name in later:
        for operation in loader.disk_migrations[app, name].operations:
            if isinstance(operation, AddField) and (app, operation.model_name_lower) in known:
                model = apps.get_model(app, operation.model_name)
                field = model._meta.get_field(operation.name)
                if field.concrete and not field.many_to_many:
                    found.append((model._meta.db_table, field.column))
    return found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the embedded mode is stopped for an upgrade")
@pytest.mark.django_db
def test_the_version_before_can_still_insert_rows() -> None:
    """It names only the columns it knows; the others need a default in the database, or may be empty."""
    added = _added()
    assert ("assessments_attempt", "reached") in added
    with connection.cursor() as cursor:
        described = {
            (table, row.name): row
            for table in {table for table, _column in added}
            for row in connection.introspection.get_table_description(cursor, table)
        }
    refused = [at for at in added if not described[at].null_ok and described[at].default is None]
    assert refused == [], "these need `db_default`"
