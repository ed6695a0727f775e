"""One German word for one thing: two words for a test look like two things to whoever reads a table's head."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).parents[2] / "locale/de/LC_MESSAGES/django.po"
# The word that is not used → the one that is; by the glossary, where "Abschlusstest" is one test among others.
INSTEAD = {
    r"\bAbschlusstests?\b": "Test",
    r"\bQuiz(ze)?\b": "Test",
    r"\bItems?\b": "Frage",
    r"\bKurse?\b": "Modul",
    r"\bKapitel\b": "Lektion",
    r"\bFragenbank\b": "Fragenpool",
}


def test_each_thing_has_one_german_word() -> None:
    with CATALOGUE.open("rb") as file:
        texts = [
            text
            for message in read_po(file, locale="de")
            for text in (message.string if isinstance(message.string, tuple) else (message.string,))
        ]
    assert len(texts) > 2000
    found = [(word, text) for text in texts for wrong, word in INSTEAD.items() if re.search(wrong, text)]
    assert not found
