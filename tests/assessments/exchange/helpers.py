"""What the tests of import and export share."""

import uuid
from typing import Any

from hypothesis import strategies as st

from assessments.exchange.formats import get_format
from assessments.exchange.items import ExchangeItem, ReadResult
from assessments.exchange.raw import listed, say
from assessments.kinds import get_kind

# What an editor's form lets through: anything but control characters, trimmed.
TEXT = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
# Signs that some format gives a meaning to.
TRICKY = (
    st.text(st.sampled_from("a b{}~=#:\\%[]<>&\"'-*/_.|;1T\n"), min_size=1, max_size=20).map(str.strip).filter(bool)
)
TEXTS = TEXT | TRICKY
NUMBERS = st.decimals(min_value=-(10**6), max_value=10**6, places=3).map(lambda value: format(value.normalize(), "f"))


def bilingual(language: str, **names: str) -> dict[str, str]:
    return {key: value for name, text in names.items() for key, value in say(name, text, language).items()}


def different(texts: Any, least: int, most: int) -> Any:
    """Lists of texts that can be told apart."""
    return st.lists(texts, min_size=least, max_size=most, unique_by=lambda text: " ".join(text.casefold().split()))


@st.composite
def choices(draw: Any, kind: str, texts: Any = TEXTS) -> dict[str, Any]:
    options = draw(different(texts, 2, 6))
    if kind == "single_choice":
        right = {draw(st.integers(0, len(options) - 1))}
    else:
        right = draw(st.sets(st.integers(0, len(options) - 1), min_size=1, max_size=len(options) - 1))
    values = [
        {"correct": place in right, **bilingual("de", text=option, feedback=draw(st.just("") | texts))}
        for place, option in enumerate(options)
    ]
    return {**bilingual("de", prompt=draw(texts), feedback=draw(st.just("") | texts)), "options": listed(values)}


@st.composite
def numbers(draw: Any, texts: Any = TEXTS) -> dict[str, Any]:
    mistakes = [
        {"value": value, **bilingual("de", feedback=draw(texts))}
        for value in draw(st.lists(NUMBERS, max_size=3, unique=True))
    ]
    return {
        **bilingual(
            "de", prompt=draw(texts), feedback=draw(texts), unit=draw(st.sampled_from(["", "€", "km/h", "% p. a."]))
        ),
        "answer": draw(NUMBERS),
        "tolerance": draw(st.sampled_from(["0", "0.5", "10"])),
        "mistakes": listed(mistakes),
    }


@st.composite
def matches(draw: Any, texts: Any = TEXTS) -> dict[str, Any]:
    entries = draw(different(texts, 2, 5))
    words = draw(different(texts, 2, 6))
    pairs = [
        bilingual("de", text=entry, match=draw(st.sampled_from(words[:2])), feedback=draw(st.just("") | texts))
        for entry in entries
    ]
    rest = [bilingual("de", text=word) for word in words[2:]]
    return {
        **bilingual("de", prompt=draw(texts), feedback=draw(st.just("") | texts)),
        "pairs": listed(pairs),
        "distractors": listed(rest),
    }


@st.composite
def orders(draw: Any, texts: Any = TEXTS) -> dict[str, Any]:
    entries = [bilingual("de", text=text, feedback=draw(st.just("") | texts)) for text in draw(different(texts, 3, 6))]
    return {**bilingual("de", prompt=draw(texts), feedback=draw(st.just("") | texts)), "entries": listed(entries)}


def raws(texts: Any) -> dict[str, Any]:
    """Kind → what its editor block may store in German, of these texts."""
    return {
        "single_choice": choices("single_choice", texts),
        "multiple_choice": choices("multiple_choice", texts),
        "numeric": numbers(texts),
        "matching": matches(texts),
        "ordering": orders(texts),
    }


RAWS = raws(TEXTS)


def outside(kind: str, raw: dict[str, Any], **fields: Any) -> ExchangeItem:
    """An item as an export gets it."""
    fields.setdefault("title", "Name of it")
    fields.setdefault("identifier", str(uuid.uuid5(uuid.NAMESPACE_OID, "one")))
    return ExchangeItem(kind, raw, strong=True, **fields)


def travelled(format_name: str, item: ExchangeItem, language: str = "de") -> ExchangeItem:
    """The item after an export and an import."""
    form = get_format(format_name)
    written = form.write([item], language)
    assert written.written == 1, written.problems
    read = form.read(written.content, language)
    assert [problem for problem in read.problems if problem.level != "loss"] == [], written.content
    (back,) = read.items
    return back


def meaning(kind: str, raw: Any, *, without: tuple[str, ...] = ()) -> Any:
    """Content of an item without ids, and without the named texts, which a format has no place for."""
    return _plain(get_kind(kind).authored(raw), without)


def _plain(value: Any, without: tuple[str, ...], inside: str = "") -> Any:
    if isinstance(value, dict):
        return {
            key: _plain(child, without, key)
            for key, child in value.items()
            if key not in {"id", "choice"} and not any(f"{inside}.{key}" == f"{name}" for name in without)
        }
    if isinstance(value, list):
        return [_plain(child, without, inside) for child in value]
    return value


def read(format_name: str, text: str | bytes, language: str = "de") -> ReadResult:
    return get_format(format_name).read(text.encode() if isinstance(text, str) else text, language)


def losses(result: ReadResult) -> list[str]:
    return [loss for item in result.items for loss in item.losses]
