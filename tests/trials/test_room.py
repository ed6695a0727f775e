"""What is shown about the product is no part of it: no room may need the trials."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_room_imports_the_trials() -> None:
    """import-linter guards the rooms; this guards the wiring in the project package too."""
    users = {
        path.relative_to(ROOT).parts[0]
        for room in ("enablement", "people", "courses", "assessments", "certificates", "reports")
        for path in (ROOT / room).rglob("*.py")
        if "import trials" in (text := path.read_text("utf-8")) or "from trials" in text
    }
    assert users == set()
