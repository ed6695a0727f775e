"""Questions to Moodle XML. Texts are written as `plain_text`, which is shown as it is; with a picture as HTML."""

import base64
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from assessments.exchange import bands
from assessments.exchange.moodle_family import percent
from assessments.exchange.pictures import Picture
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import element, escaped

_TYPES = {"match": "matching", "upload": "essay"}


def written(question: Question) -> str:
    """One `<question>`."""
    parts = [
        element("name", element("text", escaped(question.name))),
        _text("questiontext", question.text, picture=question.picture),
        _text("generalfeedback", question.feedback),
        element("defaultgrade", "1"),
        element("penalty", "0"),
        element("hidden", "0"),
        element("idnumber", escaped(question.identifier)),
        *_details(question),
        *_combined(question),
        *[_text("hint", hint) for hint in question.hints],
    ]
    if question.marks:
        parts.append(element("tags", *[element("tag", element("text", escaped(tag))) for tag in question.marks]))
    body = "\n".join(f"  {part}" for part in parts)
    return element("question", f"\n{body}\n", type=_TYPES.get(question.qtype, question.qtype))


def _combined(question: Question) -> Iterator[str]:
    if question.bands and question.qtype in bands.TYPES:
        for name, text in bands.combined(question.bands).items():
            yield _text(name, text)


def _text(tag: str, text: str, *more: str, picture: Picture | None = None, **attributes: str) -> str:
    if picture is None:
        return element(tag, element("text", escaped(text)), *more, format="plain_text", **attributes)
    paragraphs = [f"<p>{escaped(part)}</p>".replace("\n", "<br>") for part in tidy(text).split("\n\n") if part]
    image = element("img", src=f"@@PLUGINFILE@@/{picture.name}", alt=picture.alt)
    html = element("text", escape("".join([*paragraphs, f"<p>{image}</p>"])))
    content = base64.b64encode(picture.content).decode()
    file = element("file", content, name=picture.name, path="/", encoding="base64")
    return element(tag, html, file, *more, format="html", **attributes)


def _answer(answer: Answer, *more: str, fraction: str | None = None) -> str:
    share = percent(answer.fraction) if fraction is None else fraction
    tolerance = [] if answer.tolerance is None else [element("tolerance", format(answer.tolerance, "f"))]
    extras = [element(name, escaped(str(value))) for name, value in answer.extras.items()]
    parts = (_text("feedback", answer.feedback), *tolerance, *extras, *more)
    return _text("answer", answer.text, *parts, picture=answer.picture, fraction=share)


_SETTINGS = {
    "match": {"shuffleanswers": "true"},
    "ordering": {
        "layouttype": "VERTICAL",
        "selecttype": "ALL",
        "selectcount": "0",
        "gradingtype": "ABSOLUTE_POSITION",
        "showgrading": "SHOW",
    },
}
_PLAIN_EXTRAS = (
    *("usecase", "responseformat", "responserequired", "attachments", "attachmentsrequired", "minwordlimit"),
    *("maxwordlimit", "maxbytes", "filetypeslist"),
)


def _details(question: Question) -> Iterator[str]:
    """What the type has beside its texts."""
    settings = dict(_SETTINGS.get(question.qtype, {}))
    if question.qtype == "multichoice":
        settings = {
            "single": "true" if question.single else "false",
            "shuffleanswers": "true",
            "answernumbering": "abc",
        }
    settings |= {name: str(question.extras[name]) for name in _PLAIN_EXTRAS if name in question.extras}
    for name, value in settings.items():
        yield element(name, escaped(value))
    for name in ("graderinfo", "responsetemplate"):
        if question.extras.get(name):
            yield _text(name, str(question.extras[name]))
    if question.qtype == "match":
        yield from map(_pair, question.answers)
    else:
        for place, answer in enumerate(question.answers, 1):
            yield _answer(answer, fraction=f"{place}.0000000" if question.qtype == "ordering" else None)
    yield from _units(question.extras.get("units") or [])
    yield from question.extras.get("elements", ())


def _pair(answer: Answer) -> str:
    feedback = [_text("feedback", answer.feedback)] if tidy(answer.feedback) else []
    return _text("subquestion", answer.text, element("answer", element("text", escaped(answer.match))), *feedback)


def _units(units: list[tuple[str, str]]) -> Iterator[str]:
    """The unit, as Moodle's “optional and without marks”."""
    if units:
        yield element(
            "units",
            *[
                element("unit", element("multiplier", str(factor)), element("unit_name", escaped(name)))
                for name, factor in units
            ],
        )
        for name, value in (("unitgradingtype", "0"), ("unitpenalty", "0"), ("showunits", "3"), ("unitsleft", "0")):
            yield element(name, value)


def losses_of(question: Question) -> Iterator[str]:
    """What Moodle has no place for."""
    yield from question.losses
    if question.qtype == "cloze" and "\n\n" in question.extras["prompt"]:
        yield _("Question and text with gaps are one text there; the question's first paragraph parts them.")
    yield from bands.losses(question.bands, question.qtype)
    if question.qtype in {"match", "ordering"} and any(tidy(answer.feedback) for answer in question.answers):
        yield _("Moodle shows no feedback on single entries; the file keeps it.")
