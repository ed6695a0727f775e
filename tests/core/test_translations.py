"""The German catalogue is complete and fits. Whether it has every string, scripts/check_translations.py knows."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[a-z]|\{\w+\}|</?[a-z]+>")
FORMAL = re.compile(r"(?<=[\w,] )(Sie|Ihr|Ihre[nmrs]?|Ihnen)\b")


def _messages() -> list[Message]:
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="de") if message.id]


def _forms(texts: object) -> list[str]:
    return [str(text or "") for text in texts] if isinstance(texts, tuple | list) else [str(texts or "")]


def _pairs(message: Message) -> list[tuple[str, str]]:
    """Source and German, one pair for each plural form."""
    return list(zip(_forms(message.id), _forms(message.string), strict=True))


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return _messages()


def test_nobody_meets_an_english_text_on_a_german_page(messages: list[Message]) -> None:
    assert len(messages) > 1000
    assert [message.id for message in messages if message.fuzzy or not all(text for _, text in _pairs(message))] == []


def test_every_german_text_keeps_its_placeholders(messages: list[Message]) -> None:
    wrong = [
        (source, text)
        for message in messages
        for source, text in _pairs(message)
        if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text))
    ]
    assert wrong == []


def test_a_text_begins_and_ends_as_its_source_does(messages: list[Message]) -> None:
    """Django glues texts together and requires the same line breaks at both ends."""
    wrong = [
        source
        for message in messages
        for source, text in _pairs(message)
        if (source[:1].isspace(), source[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace())
    ]
    assert wrong == []


def test_readers_are_addressed_with_du_and_german_quotation_marks(messages: list[Message]) -> None:
    texts = [text for message in messages for _, text in _pairs(message)]
    assert [text for text in texts if FORMAL.search(text)] == []
    assert [text for text in texts if text.count("„") != text.count("“") or "”" in text or "..." in text] == []
