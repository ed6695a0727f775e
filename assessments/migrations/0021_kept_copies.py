from pathlib import PurePosixPath

from django.db import migrations


def copies(content, name=""):
    """Source and name of each copy that a frozen content holds."""
    if isinstance(content, list):
        for child in content:
            yield from copies(child, name)
    elif isinstance(content, dict):
        file = str(content.get("file") or "")
        if file.startswith("questions/") and content.get("hash"):
            ending = PurePosixPath(file).suffix.lower()
            yield f"picture:{content['hash']}" if name == "image" else f"document:{content['hash']}{ending}", file
        for key, child in content.items():
            yield from copies(child, key)


def remember(apps, schema_editor):
    """The copies that versions name already, so that the same file is not copied again and makes no new version."""
    found = {}
    for content in apps.get_model("assessments", "ItemVersion").objects.values_list("content", flat=True).iterator():
        found.update(copies(content))
    kept_copy = apps.get_model("core", "KeptCopy")
    kept_copy.objects.bulk_create(
        (kept_copy(source=source, name=name, kept=True) for source, name in found.items()), ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("assessments", "0020_certainty"), ("core", "0002_kept_copy")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
