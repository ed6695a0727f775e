"""Fails when a string has no German, or none that fits. `--update` collects the strings into the catalogue.

Django's own `makemessages` collects them from a copy of the sources, so that a check never changes the work tree.
German that is there stays; strings that are gone leave the catalogue; nothing is guessed, so there are no fuzzy
entries. Strings that only a library shows, and that we word differently, are named in `people/allauth_strings.py`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale", "de", "LC_MESSAGES", "django.po")
SOURCES = ("enablement", "people", "courses", "assessments", "certificates", "reports", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[a-z]|\{\w+\}|</?[a-z]+>")
# No dates and no names: they would change with every run.
HEADER = """# German texts of Doppelpass. Readers are addressed with “du”; the words follow the product's glossary.
msgid ""
msgstr ""
"Project-Id-Version: Doppelpass\\n"
"Language: de\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def collect() -> Catalog:
    """All strings of the sources, without German."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in SOURCES:
            shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
        (folder / "locale").mkdir()
        command = [sys.executable, str(ROOT / "manage.py"), "makemessages"]
        options = ["--locale", "de", "--no-location", "--no-wrap", "--verbosity", "0"]
        subprocess.run([*command, *options], cwd=folder, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        with (folder / CATALOGUE).open("rb") as file:
            return read_po(file)


def read() -> Catalog:
    """The catalogue as it is in the work tree; empty when there is none yet."""
    if not (ROOT / CATALOGUE).exists():
        return Catalog(locale="de")
    with (ROOT / CATALOGUE).open("rb") as file:
        return read_po(file, locale="de")


def update(fresh: Catalog, known: Catalog) -> None:
    """Writes the fresh strings with the German that is known."""
    merged = Catalog(locale="de", domain="django", fuzzy=False)
    for message in fresh:
        if message.id:
            found = known.get(message.id, message.context)
            german = found.string if found and not found.fuzzy else ""
            merged.add(
                message.id,
                german or message.string,
                flags=message.flags - {"fuzzy"},
                auto_comments=message.auto_comments,
                context=message.context,
            )
    (ROOT / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    with (ROOT / CATALOGUE).open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, merged, width=0, omit_header=True)


def _forms(texts: object) -> list[str]:
    """The one text of a string, or one for each plural form."""
    return [str(text or "") for text in texts] if isinstance(texts, tuple | list) else [str(texts or "")]


def problem(source: Message, german: Message | None) -> str:
    """What is wrong with the German of a string; empty when nothing is."""
    wanted, texts = _forms(source.id), _forms(german.string if german else "")
    if german is None or german.fuzzy or not all(texts):
        return f"no German for {source.id!r}"
    if len(wanted) != len(texts):
        return f"another number of plural forms in the German of {source.id!r}"
    if any(
        sorted(PLACEHOLDER.findall(w)) != sorted(PLACEHOLDER.findall(t)) for w, t in zip(wanted, texts, strict=True)
    ):
        return f"other placeholders in the German of {source.id!r}"
    return ""


def main() -> int:
    if shutil.which("xgettext") is None:
        print("xgettext is missing; install the system package gettext.")
        return 2
    fresh, known = collect(), read()
    if "--update" in sys.argv:
        update(fresh, known)
        known = read()
    messages = [message for message in fresh if message.id]
    problems = [found for message in messages if (found := problem(message, known.get(message.id, message.context)))]
    stale = [message for message in known if message.id and fresh.get(message.id, message.context) is None]
    problems += [f"no longer used: {message.id!r}; run this with --update" for message in stale]
    for line in problems:
        print(line)
    print(f"{len(messages)} strings, {len(problems)} problems")
    return 1 if problems and "--update" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
