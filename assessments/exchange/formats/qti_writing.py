"""Questions to QTI 3.0 items, and items to a package.

What a score is stands in declared right responses and mappings; the rules of scoring say the same and, besides, which
feedback is shown. A mapping of multiple choice is that of `MultipleChoice`: +1/R, -1/W, never below 0.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from django.utils.translation import gettext as _

from assessments.enums import Difficulty
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import element, escaped

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_MANIFEST = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_WORDS = {"de": {"true": "Wahr", "false": "Falsch"}, "en": {"true": "True", "false": "False"}}
_DATE = (2000, 1, 1, 0, 0, 0)  # the same bank gives the same bytes


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
        element("qti-item-body", _text(question.text), interaction),
        _processing(question),
        *_modal(question),
    ]
    body = "\n  ".join(part for part in parts if part)
    head = {"xmlns": NAMESPACE, "identifier": f"item-{question.identifier}", "title": question.name}
    more = {"adaptive": "false", "time-dependent": "false", "xml:lang": language}
    item = element("qti-assessment-item", f"\n  {body}\n", **head, **more)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{item}\n'


def _text(text: str) -> str:
    """Paragraphs and lines."""
    paragraphs = [escaped(part).replace("\n", "<br/>") for part in tidy(text).split("\n\n")]
    return "".join(element("p", part) for part in paragraphs if part)


def _line(text: str) -> str:
    return escaped(text).replace("\n", "<br/>")


def _outcome(name: str, base_type: str, default: str = "", cardinality: str = "single") -> str:
    value = [element("qti-default-value", element("qti-value", default))] if default else []
    return element(
        "qti-outcome-declaration", *value, identifier=name, cardinality=cardinality, **{"base-type": base_type}
    )


def _declaration(
    base_type: str, cardinality: str, correct: list[str], mapping: Mapping[str, str], *, case: str = "false"
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
        identifier="RESPONSE",
        cardinality=cardinality,
        **{"base-type": base_type},
    )


def _ids(question: Question) -> list[str]:
    return [f"id_{answer.ident or number}" for number, answer in enumerate(question.answers, 1)]


def _choice(answer: Answer, ident: str, tag: str = "qti-simple-choice", **attributes: str) -> str:
    feedback = []
    if tidy(answer.feedback):
        shown = {"outcome-identifier": "FEEDBACK", "identifier": ident, "show-hide": "show"}
        feedback = [element("qti-feedback-inline", _line(answer.feedback), **shown)]
    return element(tag, _line(answer.text), *feedback, identifier=ident, **attributes)


def _choices(question: Question) -> tuple[str, str]:
    ids = _ids(question)
    right = [ident for ident, answer in zip(ids, question.answers, strict=True) if answer.fraction > 0]
    mapping = {}
    if not question.single:
        mapping = {ident: f"{answer.fraction / 100:.7f}" for ident, answer in zip(ids, question.answers, strict=True)}
    choices = [_choice(answer, ident) for ident, answer in zip(ids, question.answers, strict=True)]
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true", "max-choices": "1" if question.single else "0"}
    cardinality = "single" if question.single else "multiple"
    return (
        _declaration("identifier", cardinality, right, mapping),
        element("qti-choice-interaction", *choices, **attributes),
    )


def _ordering(question: Question) -> tuple[str, str]:
    ids = _ids(question)
    # In another order than the right one, for tools that do not shuffle.
    shown = sorted(zip(ids, question.answers, strict=True), key=lambda pair: pair[1].text)
    choices = [_choice(answer, ident) for ident, answer in shown]
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true"}
    return _declaration("identifier", "ordered", ids, {}), element("qti-order-interaction", *choices, **attributes)


def _match(question: Question) -> tuple[str, str]:
    pairs = [(ident, answer) for ident, answer in zip(_ids(question), question.answers, strict=True) if answer.text]
    rest = [(ident, answer) for ident, answer in zip(_ids(question), question.answers, strict=True) if not answer.text]
    targets: dict[str, str] = {}
    for _ident, answer in pairs:
        targets.setdefault(answer.match, f"to_{len(targets) + 1}")
    right = [f"{ident} {targets[answer.match]}" for ident, answer in pairs]
    left = [_choice(answer, ident, "qti-simple-associable-choice", **{"match-max": "1"}) for ident, answer in pairs]
    others = [(ident, text) for text, ident in targets.items()] + [(ident, answer.match) for ident, answer in rest]
    choices = [
        element("qti-simple-associable-choice", _line(text), identifier=ident, **{"match-max": "0"})
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
    said = [" ", element("span", escaped(str(unit)), **{"class": "qti-unit"})] if unit else []
    entry = element("qti-text-entry-interaction", **{"response-identifier": "RESPONSE", "expected-length": "12"})
    return _declaration("float", "single", right, mapping), element("p", entry, *said)


def _literal(text: str) -> str:
    """The text that a variant stands for; empty where it stands for many."""
    bare = text.replace("\\\\", "\0").replace("\\*", "\1")
    return "" if "*" in bare else bare.replace("\1", "*").replace("\0", "\\")


def _shortanswer(question: Question) -> tuple[str, str]:
    # Variants with an asterisk for any letters have no place; an escaped asterisk is one.
    answers = {text: answer for answer in question.answers if (text := _literal(answer.text))}
    right = [text for text, answer in answers.items() if answer.fraction == 100][:1]
    mapping = {text: f"{answer.fraction / 100:.7f}" for text, answer in answers.items()}
    entry = element("qti-text-entry-interaction", **{"response-identifier": "RESPONSE", "expected-length": "30"})
    case = "true" if question.extras.get("usecase") == "1" else "false"
    return _declaration("string", "single", right, mapping, case=case), element("p", entry)


def _essay(question: Question) -> tuple[str, str]:
    attributes = {"response-identifier": "RESPONSE", "expected-lines": "10"}
    return _declaration("string", "single", [], {}), element("qti-extended-text-interaction", **attributes)


_PARTS = {
    "multichoice": _choices,
    "truefalse": _choices,
    "ordering": _ordering,
    "match": _match,
    "numerical": _numerical,
    "shortanswer": _shortanswer,
    "essay": _essay,
}


# --- scoring and feedback ---


def _variable(name: str = "RESPONSE") -> str:
    return element("qti-variable", identifier=name)


def _set(name: str, value: str) -> str:
    return element("qti-set-outcome-value", value, identifier=name)


def _value(value: str, base_type: str = "float") -> str:
    return element("qti-base-value", escaped(value), **{"base-type": base_type})


def _when(condition: str, *then: str) -> str:
    return element("qti-response-condition", element("qti-response-if", condition, *then))


def _processing(question: Question) -> str:
    rules = [*_rules(question), *_hint_rules(question)]
    return element("qti-response-processing", *rules) if rules else ""


def _rules(question: Question) -> Iterator[str]:
    right = element("qti-match", _variable(), element("qti-correct", identifier="RESPONSE"))
    if question.qtype == "ordering":
        yield from _order_rules(question)
    elif question.qtype == "numerical":
        yield from _number_rules(question)
    elif question.qtype in {"multichoice", "truefalse"} and question.single:
        yield _when(right, _set("SCORE", _value("1")))
        yield _set("FEEDBACK", element("qti-multiple", _variable()))
    elif question.qtype != "essay":
        yield _set("SCORE", element("qti-map-response", identifier="RESPONSE"))
        if question.qtype == "multichoice":
            yield _set("FEEDBACK", _variable())


def _hint_rules(question: Question) -> Iterator[str]:
    """After the first try that is not all right the first hint, and so on: QTI counts tries in `numAttempts`."""
    for number, _hint in enumerate(question.hints, 1):
        again = element(
            "qti-equal", _variable("numAttempts"), _value(str(number), "integer"), **{"tolerance-mode": "exact"}
        )
        not_right = element("qti-lt", _variable("SCORE"), _variable("MAXSCORE"))
        yield _when(element("qti-and", again, not_right), _set("HINT", _value(f"hint-{number}", "identifier")))


def _order_rules(question: Question) -> Iterator[str]:
    """Each entry at its place earns its part."""
    ids = _ids(question)
    worth = f"{Decimal(1) / len(ids):.7f}"
    for place, ident in enumerate(ids, 1):
        here = element("qti-index", _variable(), n=str(place))
        same = element("qti-match", here, _value(ident, "identifier"))
        yield _when(same, _set("SCORE", element("qti-sum", _variable("SCORE"), _value(worth))))


def _number_rules(question: Question) -> Iterator[str]:
    """The right number within its tolerance; feedback on typical mistakes."""
    for number, answer in enumerate(question.answers):
        width = format(answer.tolerance or Decimal(0), "f")
        exact = {"tolerance-mode": "exact"}
        mode = {"tolerance-mode": "absolute", "tolerance": f"{width} {width}"} if answer.tolerance else exact
        hit = element("qti-equal", _variable(), _value(answer.text), **mode)
        then = [_set("SCORE", _value("1"))] if answer.fraction > 0 else []
        if tidy(answer.feedback):
            ident = _value(f"wrong-{number}", "identifier")
            then.append(_set("FEEDBACK", element("qti-multiple", ident)))
        if then and answer.text != "*":
            yield _when(hit, *then)


def _modal(question: Question) -> Iterator[str]:
    def feedback(outcome: str, ident: str, text: str) -> str:
        shown = {"outcome-identifier": outcome, "identifier": ident, "show-hide": "show"}
        return element("qti-modal-feedback", element("qti-content-body", _text(text)), **shown)

    if tidy(question.feedback):
        yield feedback("EXPLANATION", "explanation", question.feedback)
    for number, hint in enumerate(question.hints, 1):
        yield feedback("HINT", f"hint-{number}", hint)
    if question.qtype == "numerical":
        for number, answer in enumerate(question.answers):
            if tidy(answer.feedback):
                yield feedback("FEEDBACK", f"wrong-{number}", answer.feedback)


def losses_of(question: Question) -> Iterator[str]:
    """What QTI has no place for."""
    yield from question.losses
    if question.extras.get("graderinfo") or question.extras.get("minwordlimit") or question.extras.get("maxwordlimit"):
        yield _("The sample answer and the number of words have no place there.")
    wild = [answer.text for answer in question.answers if question.qtype == "shortanswer" and not _literal(answer.text)]
    if wild:
        yield _("An asterisk for any letters has no place in QTI: %(names)s.") % {"names": ", ".join(wild)[:120]}
    if question.qtype == "shortanswer" and any(tidy(answer.feedback) for answer in question.answers):
        yield _("Feedback on single answers has no place here.")


# --- the package ---


def _difficulty(question: Question) -> str:
    """LOM 5.8 (IEEE 1484.12.1)."""
    if not question.difficulty:
        return ""
    word = {Difficulty.EASY: "easy", Difficulty.MEDIUM: "medium", Difficulty.HARD: "difficult"}
    value = element("lom:value", word[Difficulty(question.difficulty)])
    return element("lom:educational", element("lom:difficulty", element("lom:source", "LOMv1.0"), value))


def package(files: Mapping[str, tuple[str, Question]]) -> bytes:
    """A content package of these items: path → its XML and the question it came from."""
    resources = []
    for number, (path, (_xml, question)) in enumerate(files.items(), 1):
        keywords = "".join(element("lom:keyword", element("lom:string", escaped(tag))) for tag in question.tags)
        topic = question.category.rpartition("/top/")[2] if "/top/" in question.category else ""
        taxon = element("lom:entry", element("lom:string", escaped(topic.replace("//", "/"))))
        path_to = element("lom:classification", element("lom:taxonPath", element("lom:taxon", taxon))) if topic else ""
        described = (element("lom:general", keywords) if keywords else "") + _difficulty(question) + path_to
        metadata = [element("metadata", element("lom:lom", described))] if described else []
        file = element("file", href=path)
        attributes = {"identifier": f"item-{number:04}", "type": "imsqti_item_xmlv3p0", "href": path}
        resources.append(element("resource", *metadata, file, **attributes))
    about = element("metadata", element("schema", "QTI Package"), element("schemaversion", "3.0.0"))
    head = {"xmlns": _MANIFEST, "xmlns:lom": _LOM, "identifier": "items"}
    manifest = element("manifest", about, element("organizations"), element("resources", *resources), **head)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
        for path, text in (
            ("imsmanifest.xml", declaration + manifest),
            *((path, xml) for path, (xml, _q) in files.items()),
        ):
            archive.writestr(zipfile.ZipInfo(path, _DATE), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
