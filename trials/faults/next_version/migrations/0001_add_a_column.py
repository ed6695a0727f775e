"""A column in the busiest table, the way a migration adds one while the version before it serves: with a default in
the database, because the old code inserts without naming it, and an index that is built without a lock."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY
    dependencies = [("assessments", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE assessments_response ADD COLUMN trial_note text NOT NULL DEFAULT ''",
            "ALTER TABLE assessments_response DROP COLUMN trial_note",
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY trial_note_index ON assessments_response (trial_note)",
            "DROP INDEX trial_note_index",
        ),
    ]
