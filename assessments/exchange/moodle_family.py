"""Between parsed questions of Moodle's family and items. Shared by GIFT, Aiken and Moodle XML."""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assessments.enums import Difficulty
from assessments.exchange.bands import whole_lost
from assessments.exchange.converters import converters, first_reading
from assessments.exchange.items import ExchangeItem, Level, Problem, Raw, ReadResult
from assessments.exchange.pictures import Picture
from assessments.exchange.questions import DIFFICULTY_TAG, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say
from assessments.exchange.text import tidy
from assessments.kinds import get_kind
from assessments.kinds.base import MAX_HINTS

ROOT_CATEGORY = "top"
_ANYTHING = ("$course$", "$module$", "$system$", "$cat$", "top", "")


def items_of(questions: Iterable[Question], language: str, problems: list[Problem] | None = None) -> ReadResult:
    """Items of what was parsed; each question without a kind becomes a problem."""
    result = ReadResult(problems=list(problems or ()), languages=(language,))
    for question in questions:
        name = tidy(question.name) or Truncator(tidy(question.text)).chars(80)
        if not (name or question.answers or question.picture):
            question.qtype = "description"  # nobody would find it in the bank
        try:
            reading = first_reading("read_question", question, language)
        except NotRepresentableError as error:
            result.problems.append(Problem(Level.ITEM, question.line, name, str(error), question.file))
            continue
        if reading is None:
            message = (
                _("Nothing is asked here: it has no answers. (In GIFT they stand in braces { }.)")
                if question.qtype == "description"
                else _("There is no kind of item for the question type “%(type)s”.") % {"type": question.qtype}
            )
            result.problems.append(Problem(Level.ITEM, question.line, name, message, question.file))
            continue
        kind, raw = reading
        raw = _asked(raw, question, language)
        if not own(raw, "prompt", language) and question.picture is None:
            result.problems.append(Problem(Level.ITEM, question.line, name, _("It has no question."), question.file))
            continue
        taken = MAX_HINTS if get_kind(kind).block_class.takes_hints else 0
        if hints := [say("text", hint, language) for hint in question.hints[:taken]]:
            raw = {**raw, "hints": listed(hints)}
        for hint in question.hints[taken:]:
            question.lose(_("Hint: “%(text)s”") % {"text": hint[:120]})
        raw, pictures = _pictured(kind, raw, question, language)
        raw = _with_bands(kind, raw, question, language)
        item = ExchangeItem(kind, raw, title=name, line=question.line, file=question.file, losses=list(question.losses))
        item.pictures = pictures
        item.identifier = question.identifier or tidy(question.name)
        item.strong = bool(question.identifier)
        item.difficulty, item.tags = _difficulty(question)
        setattr(item, f"topic_{language}", topic_of(question.category))
        result.items.append(item)
    return result


def _asked(raw: Raw, question: Question, language: str) -> Raw:
    """The block with its title as the question where there is no other, as some write it; what is missing is noted."""
    if own(raw, "prompt", language):
        return raw
    if question.picture is not None:
        question.lose(_("Its question is a picture alone; it needs one in words before it is published."))
    elif tidy(question.name) and question.name != question.identifier:
        question.lose(_("It has a title alone, which stands as its question here."))
        return {**raw, **say("prompt", question.name, language)}
    return raw


def _pictured(kind: str, raw: Raw, question: Question, language: str) -> tuple[Raw, dict[str, Picture]]:
    """The block with the question's pictures in its own places, or as its medium; what has no place is noted."""
    block = get_kind(kind).block()
    used: dict[str, Picture] = {}

    def named(picture: Picture) -> Raw:
        used[picture.mark] = picture
        return {"image": picture.mark, **say("alt", picture.alt, language)}

    if question.picture is not None:
        if "image" in block.child_blocks:  # the picture that areas lie on
            raw = {**raw, **named(question.picture)}
        else:
            raw = {**raw, "media": [{"type": "picture", "id": "", "value": named(question.picture)}]}
    with_pictures = [answer.picture for answer in question.answers]
    if not any(with_pictures):
        return raw, used
    options = block.child_blocks.get("options")
    entries = raw.get("options") or []
    if options is None or "image" not in options.child_block.child_blocks or len(entries) != len(with_pictures):
        question.lose(_("Pictures in answers of this kind have no place here."))
        return raw, used
    made = []
    for entry, picture in zip(entries, with_pictures, strict=True):
        value = entry["value"]
        if picture is not None:
            value = {**value, **named(picture)}
            if not own(value, "text", language):
                question.lose(_("An answer is a picture alone; its alternative text stands as its text."))
                value |= say("text", picture.alt, language)
        made.append({**entry, "value": value})
    return {**raw, "options": made}, used


def _with_bands(kind: str, raw: dict[str, Any], question: Question, language: str) -> dict[str, Any]:
    if not question.bands:
        return raw
    if not get_kind(kind).block_class.takes_bands:
        for text in dict.fromkeys(question.bands.values()):
            question.lose(whole_lost(text))
        return raw
    values = [{"percent": percent, **say("text", text, language)} for percent, text in question.bands.items()]
    return {**raw, "bands": [{**child, "type": "band"} for child in listed(values)]}


def _difficulty(question: Question) -> tuple[str, list[str]]:
    """The difficulty, which may stand among the tags, and the other tags. Of several such tags, the first counts."""
    said, tags = question.difficulty, []
    for tag in filter(None, map(tidy, question.tags)):
        named = tag.casefold().removeprefix(DIFFICULTY_TAG).strip()
        if tag.casefold().startswith(DIFFICULTY_TAG) and named in Difficulty.values and not said:
            said = named
        else:
            tags.append(tag)
    return said, tags


def topic_of(category: str) -> str:
    """The innermost name of a category path; `$course$`, `top` and Moodle's default category name no topic."""
    parts = [tidy(part.replace("\0", "/")) for part in category.replace("//", "\0").split("/")]
    last = parts[-1] if parts else ""
    if last.casefold() in _ANYTHING or last.startswith(("Default for ", "Standard für ")):
        return ""
    return last


def category_of(topic: str) -> str:
    """The category path of a topic; a slash in its name is doubled, as Moodle does."""
    return f"$course$/{ROOT_CATEGORY}/{topic.replace('/', '//')}" if topic else f"$course$/{ROOT_CATEGORY}"


def question_of(item: ExchangeItem, language: str, *, can: Container[str], pictured: bool = False) -> Question:
    """The question of an item in that language, with its pictures where the format carries them.

    Raises NotRepresentableError with the reason.
    """
    convert: Callable[[dict[str, Any], str], Question] | None = converters("write_question").get(item.kind)
    label = get_kind(item.kind).label
    if convert is None:
        raise NotRepresentableError(_("The format has no question like “%(kind)s”.") % {"kind": label})
    if not own(item.raw, "prompt", language):
        raise NotRepresentableError(_("There is no text in this language."))
    question = convert(item.raw, language)
    _bring_pictures(question, item, language, pictured=pictured)
    otherwise = question.extras.pop("otherwise", None)
    if otherwise and (question.qtype not in can or question.picture is None):
        question.qtype = otherwise[0]
        question.answers = [replace(answer, extras={}) for answer in question.answers]
        question.lose(otherwise[1])
    if question.qtype not in can:
        raise NotRepresentableError(_("The format has no question like “%(kind)s”.") % {"kind": label})
    topic = item.topic_en or item.topic_de if language == "en" else item.topic_de
    return replace(
        question,
        name=item.title,
        identifier=item.identifier,
        tags=list(item.tags),
        difficulty=item.difficulty or "",
        category=category_of(topic),
        bands={
            int(band.get("percent") or 0): said
            for _key, band in children(item.raw, "bands")
            if (said := own(band, "text", language))
        },
        hints=[said for _key, hint in children(item.raw, "hints") if (said := own(hint, "text", language))],
    )


def _bring_pictures(question: Question, item: ExchangeItem, language: str, *, pictured: bool) -> None:
    """The picture of the question and those of its answers; a recording, or a picture that is gone, is noted."""

    def brought(value: Raw) -> Picture | None:
        picture = item.pictures.get(str(value.get("image") or "")) if pictured else None
        if picture is None:
            question.lose(_("The picture or recording is not written into this file."))
        return None if picture is None else replace(picture, alt=own(value, "alt", language))

    for child in item.raw.get("media") or ():
        question.picture = brought(child["value"])
    if item.raw.get("image"):
        question.picture = brought(item.raw)
    options = [value for _key, value in children(item.raw, "options")]
    if len(options) == len(question.answers):
        for answer, value in zip(question.answers, options, strict=True):
            if value.get("image"):
                answer.picture = brought(value)


def percent(value: Decimal) -> str:
    """`33.33333`, `100`: a fraction as Moodle writes it."""
    text = f"{value:.5f}"
    return text.rstrip("0").rstrip(".") or "0"


def share(part: int, whole: int) -> Decimal:
    """`part`/`whole` in percent with the five digits of Moodle's list of fractions."""
    return (Decimal(100 * part) / Decimal(whole or 1)).quantize(Decimal("0.00001"))


def near(value: Decimal, wanted: Decimal) -> bool:
    """Equal as Moodle takes it: its own lists of fractions differ in the third digit."""
    return abs(value - wanted) <= Decimal("0.05")
