"""Questions to QTI 3.0 items.

What a score is stands in declared right responses and mappings; the rules of scoring say the same and, besides, which
feedback is shown. A mapping of multiple choice is that of `MultipleChoice`: +1/R, -1/W, never below 0.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange import bands
from assessments.exchange.formats.qti.gaps import TEXT as GAP_TEXT
from assessments.exchange.formats.qti.marking import LENGTHS, LINES, ids_of, line_of, literal, paragraphs
from assessments.exchange.formats.qti.scoring import modal, processing
from assessments.exchange.formats.qti.texts import UNIT
from assessments.exchange.pictures import Picture
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import element, escaped

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_WORDS = {"de": {"true": "Wahr", "false": "Falsch"}, "en": {"true": "True", "false": "False"}}
_MIME = {"audio": "audio/*", "video": "video/*", ".pdf": "application/pdf"}
_GAP = re.compile(r"\{\{(\d{1,3})\}\}")
_FINE = 2000  # so many pixels along the shorter edge meet any tenth of a percent


def written(question: Question, language: str) -> str:
    """The XML of one item."""
    if question.qtype == "truefalse":
        words = _WORDS[language]
        question = replace(question, answers=[replace(one, text=words[one.ident]) for one in question.answers])
    declaration, interaction = _PARTS[question.qtype](question)
    parts = [
        declaration,
        _outcome("SCORE", "float", "0"),
        _outcome("MAXSCORE", "float", "1"),
        _outcome("FEEDBACK", "identifier", cardinality="multiple"),
        _outcome("EXPLANATION", "identifier", "explanation"),
        _outcome("HINT", "identifier") if question.hints else "",
        element("qti-item-body", paragraphs(_asked(question)), _shown(question), interaction),
        processing(question),
        *modal(question),
    ]
    body = "\n  ".join(part for part in parts if part)
    head = {"xmlns": NAMESPACE, "identifier": f"item-{question.identifier}", "title": question.name}
    more = {"adaptive": "false", "time-dependent": "false", "xml:lang": language}
    item = element("qti-assessment-item", f"\n  {body}\n", **head, **more)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{item}\n'


def _asked(question: Question) -> str:
    return str(question.extras["prompt"]) if question.qtype == "cloze" else question.text


def pictures_of(question: Question) -> list[Picture]:
    """What goes into the package beside the item."""
    shown = [question.picture, *(answer.picture for answer in question.answers)]
    return [one for one in shown if one is not None]


def picture_path(picture: Picture) -> str:
    """From the item's folder."""
    return f"pictures/{picture.digest[:12]}-{picture.name}"


def _image(picture: Picture) -> str:
    return element("img", src=picture_path(picture), alt=picture.alt)


def _shown(question: Question) -> str:
    """The picture of the question; that of areas stands with them."""
    picture = question.picture
    return element("p", _image(picture)) if picture is not None and question.qtype != "hotspot" else ""


def _outcome(name: str, base_type: str, default: str = "", cardinality: str = "single") -> str:
    value = [element("qti-default-value", element("qti-value", default))] if default else []
    return element(
        "qti-outcome-declaration", *value, identifier=name, cardinality=cardinality, **{"base-type": base_type}
    )


def _declaration(
    base_type: str,
    cardinality: str,
    correct: list[str],
    mapping: Mapping[str, str],
    *,
    case: str = "false",
    ident: str = "RESPONSE",
) -> str:
    right = element("qti-correct-response", *[element("qti-value", escaped(value)) for value in correct])
    entries = [
        element("qti-map-entry", **{"map-key": tidy(key), "mapped-value": value, "case-sensitive": case})
        for key, value in mapping.items()
    ]
    mapped = [element("qti-mapping", *entries, **{"lower-bound": "0", "default-value": "0"})] if entries else []
    return element(
        "qti-response-declaration",
        *([right] if correct else []),
        *mapped,
        identifier=ident,
        cardinality=cardinality,
        **{"base-type": base_type},
    )


def _choice(answer: Answer, ident: str, tag: str = "qti-simple-choice", **attributes: str) -> str:
    feedback = []
    if tidy(answer.feedback):
        shown = {"outcome-identifier": "FEEDBACK", "identifier": ident, "show-hide": "show"}
        feedback = [element("qti-feedback-inline", line_of(answer.feedback), **shown)]
    picture = [_image(answer.picture)] if answer.picture is not None else []
    return element(tag, line_of(answer.text), *picture, *feedback, identifier=ident, **attributes)


def _chosen(question: Question) -> str:
    """The declaration of a response that is one of the answers, or several."""
    ids = ids_of(question)
    right = [ident for ident, answer in zip(ids, question.answers, strict=True) if answer.fraction > 0]
    mapping = {}
    if not question.single:
        mapping = {ident: f"{answer.fraction / 100:.7f}" for ident, answer in zip(ids, question.answers, strict=True)}
    return _declaration("identifier", "single" if question.single else "multiple", right, mapping)


def _choices(question: Question) -> tuple[str, str]:
    choices = [_choice(answer, ident) for ident, answer in zip(ids_of(question), question.answers, strict=True)]
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true", "max-choices": "1" if question.single else "0"}
    return _chosen(question), element("qti-choice-interaction", *choices, **attributes)


def _hotspot(question: Question) -> tuple[str, str]:
    picture = question.picture
    if picture is None:
        raise ValueError("areas without a picture are written as choices")
    areas = [answer.extras for answer in question.answers]
    width, height, coords = _coordinates(areas, picture.width, picture.height)
    shown = {"data": picture_path(picture), "type": picture.content_type, "width": str(width), "height": str(height)}
    choices = [
        element("qti-hotspot-choice", identifier=ident, shape=shape, coords=at, **{"hotspot-label": answer.text})
        for ident, answer, (shape, at) in zip(ids_of(question), question.answers, coords, strict=True)
    ]
    attributes = {"response-identifier": "RESPONSE", "max-choices": "1" if question.single else "0"}
    image = element("object", escaped(picture.alt), **shown)
    return _chosen(question), element("qti-hotspot-interaction", image, *choices, **attributes)


def _coordinates(areas: list[dict[str, Any]], width: int, height: int) -> tuple[int, int, list[tuple[str, str]]]:
    """Size as declared, shape and coordinates of each area: whole pixels that say the same tenths of a percent."""
    for factor in range(1, max(_FINE // min(width, height), 1) + 2):
        across, down = width * factor, height * factor
        exact, found = True, []
        for area in areas:
            left, top = Decimal(area["left"]), Decimal(area["top"])
            ends = (left, top, left + Decimal(area["width"]), top + Decimal(area["height"]))
            wholes = (across, down, across, down)
            pixels = [int((end * whole / 100).to_integral_value()) for end, whole in zip(ends, wholes, strict=True)]
            if area["shape"] == "circle":
                middle = [(pixels[place] + pixels[place + 2]) // 2 for place in (0, 1)]
                radii = [pixels[place + 2] - middle[place] for place in (0, 1)]
                pixels = [middle[place % 2] + (-1 if place < 2 else 1) * radii[place % 2] for place in range(4)]
                found.append(("ellipse", ",".join(map(str, (*middle, *radii)))))
            else:
                found.append(("rect", ",".join(map(str, pixels))))
            exact &= all(
                round(Decimal(pixel) * 100 / whole, 1) == end
                for pixel, whole, end in zip(pixels, wholes, ends, strict=True)
            )
        if exact:
            break
    return across, down, found


def _cloze(question: Question) -> tuple[str, str]:
    """The text with its gaps; the declaration of each."""
    parts: list[Question] = question.extras["gaps"]
    declarations, fields = [], []
    for place, part in enumerate(parts, 1):
        declaration, field = _gap(part, f"RESPONSE_{place}")
        declarations.append(declaration)
        fields.append(field)
    text = _GAP.sub(lambda found: fields[int(found[1]) - 1], paragraphs(question.extras["text"]))
    return "".join(declarations), element("div", text, **{"class": GAP_TEXT})


def _gap(part: Question, ident: str) -> tuple[str, str]:
    points = Decimal(part.extras["points"])
    if part.qtype == "multichoice":
        ids = [f"choice_{number}" for number, _answer in enumerate(part.answers, 1)]
        right = [one for one, answer in zip(ids, part.answers, strict=True) if answer.fraction == 100]
        choices = [
            element("qti-inline-choice", line_of(answer.text), identifier=one)
            for one, answer in zip(ids, part.answers, strict=True)
        ]
        interaction = element(
            "qti-inline-choice-interaction", *choices, shuffle="true", **{"response-identifier": ident}
        )
        return _declaration("identifier", "single", right, {right[0]: str(points)}, ident=ident), interaction
    answers = {text: answer for answer in part.answers if (text := _said(part, answer))}
    right = [text for text, answer in answers.items() if answer.fraction == 100][:1]
    mapping = {text: _plain(answer.fraction * points / 100) for text, answer in answers.items()}
    base_type, length = ("float", LENGTHS["numerical"]) if part.qtype == "numerical" else ("string", LENGTHS["gap"])
    entry = element("qti-text-entry-interaction", **{"response-identifier": ident, "expected-length": length})
    return _declaration(base_type, "single", right, mapping, ident=ident), entry


def _said(part: Question, answer: Answer) -> str:
    return answer.text if part.qtype == "numerical" else literal(answer.text)


def _plain(value: Decimal) -> str:
    return format(round(value, 7).normalize(), "f")


def _ordering(question: Question) -> tuple[str, str]:
    ids = ids_of(question)
    # In another order than the right one, for tools that do not shuffle.
    shown = sorted(zip(ids, question.answers, strict=True), key=lambda pair: pair[1].text)
    choices = [_choice(answer, ident) for ident, answer in shown]
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true"}
    return _declaration("identifier", "ordered", ids, {}), element("qti-order-interaction", *choices, **attributes)


def _match(question: Question) -> tuple[str, str]:
    pairs = [(ident, answer) for ident, answer in zip(ids_of(question), question.answers, strict=True) if answer.text]
    rest = [
        (ident, answer) for ident, answer in zip(ids_of(question), question.answers, strict=True) if not answer.text
    ]
    targets: dict[str, str] = {}
    for _ident, answer in pairs:
        targets.setdefault(answer.match, f"to_{len(targets) + 1}")
    right = [f"{ident} {targets[answer.match]}" for ident, answer in pairs]
    left = [_choice(answer, ident, "qti-simple-associable-choice", **{"match-max": "1"}) for ident, answer in pairs]
    others = [(ident, text) for text, ident in targets.items()] + [(ident, answer.match) for ident, answer in rest]
    choices = [
        element("qti-simple-associable-choice", line_of(text), identifier=ident, **{"match-max": "0"})
        for ident, text in others
    ]
    worth = f"{Decimal(1) / len(pairs):.7f}"
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true", "max-associations": str(len(pairs))}
    interaction = element(
        "qti-match-interaction",
        element("qti-simple-match-set", *left),
        element("qti-simple-match-set", *choices),
        **attributes,
    )
    return _declaration("directedPair", "multiple", right, dict.fromkeys(right, worth)), interaction


def _numerical(question: Question) -> tuple[str, str]:
    right = [answer.text for answer in question.answers if answer.fraction > 0][:1]
    mapping = {answer.text: f"{answer.fraction / 100:.7f}" for answer in question.answers if answer.text != "*"}
    unit = question.extras.get("unit")
    said = [" ", element("span", escaped(str(unit)), **{"class": UNIT})] if unit else []
    entry = element(
        "qti-text-entry-interaction", **{"response-identifier": "RESPONSE", "expected-length": LENGTHS["numerical"]}
    )
    return _declaration("float", "single", right, mapping), element("p", entry, *said)


def _shortanswer(question: Question) -> tuple[str, str]:
    # Variants with an asterisk for any letters have no place; an escaped asterisk is one.
    answers = {text: answer for answer in question.answers if (text := literal(answer.text))}
    right = [text for text, answer in answers.items() if answer.fraction == 100][:1]
    mapping = {text: f"{answer.fraction / 100:.7f}" for text, answer in answers.items()}
    entry = element(
        "qti-text-entry-interaction", **{"response-identifier": "RESPONSE", "expected-length": LENGTHS["shortanswer"]}
    )
    case = "true" if question.extras.get("usecase") == "1" else "false"
    return _declaration("string", "single", right, mapping, case=case), element("p", entry)


def _essay(question: Question) -> tuple[str, str]:
    attributes = {"response-identifier": "RESPONSE", "expected-lines": LINES}
    return _declaration("string", "single", [], {}), element("qti-extended-text-interaction", **attributes)


def _upload(question: Question) -> tuple[str, str]:
    names = str(question.extras.get("filetypeslist") or "").split(",")
    sorts = {"type": " ".join(_MIME[name] for name in names if name in _MIME)}
    most = {"data-maxbytes": str(question.extras["maxbytes"])} if question.extras.get("maxbytes") else {}
    attributes = {"response-identifier": "RESPONSE", **sorts, **most}
    return _declaration("file", "single", [], {}), element("qti-upload-interaction", **attributes)


_PARTS = {
    "multichoice": _choices,
    "truefalse": _choices,
    "ordering": _ordering,
    "match": _match,
    "numerical": _numerical,
    "shortanswer": _shortanswer,
    "essay": _essay,
    "upload": _upload,
    "cloze": _cloze,
    "hotspot": _hotspot,
}


def losses_of(question: Question) -> Iterator[str]:
    """What QTI has no place for."""
    yield from question.losses
    yield from bands.losses(question.bands)
    if question.extras.get("graderinfo") or question.extras.get("minwordlimit") or question.extras.get("maxwordlimit"):
        yield _("The sample answer and the number of words have no place there.")
    fields = [question, *question.extras.get("gaps", ())]
    typed = [answer for part in fields if part.qtype == "shortanswer" for answer in part.answers]
    wild = [answer.text for answer in typed if not literal(answer.text)]
    if wild:
        yield _("An asterisk for any letters has no place in QTI: %(names)s.") % {"names": ", ".join(wild)[:120]}
    if any(tidy(answer.feedback) for answer in typed):
        yield _("Feedback on single answers has no place here.")
