"""Rules of scoring and feedback of written items."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from assessments.exchange.formats.qti.marking import ids_of, paragraphs
from assessments.exchange.questions import Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import element, escaped


def variable(name: str = "RESPONSE") -> str:
    return element("qti-variable", identifier=name)


def _set(name: str, value: str) -> str:
    return element("qti-set-outcome-value", value, identifier=name)


def _value(value: str, base_type: str = "float") -> str:
    return element("qti-base-value", escaped(value), **{"base-type": base_type})


def _when(condition: str, *then: str) -> str:
    return element("qti-response-condition", element("qti-response-if", condition, *then))


def processing(question: Question) -> str:
    rules = [*_rules(question), *_hint_rules(question)]
    return element("qti-response-processing", *rules) if rules else ""


def _rules(question: Question) -> Iterator[str]:
    right = element("qti-match", variable(), element("qti-correct", identifier="RESPONSE"))
    if question.qtype == "ordering":
        yield from _order_rules(question)
    elif question.qtype == "numerical":
        yield from _number_rules(question)
    elif question.qtype == "cloze":
        yield from _gap_rules(question)
    elif question.qtype in {"multichoice", "truefalse", "hotspot"} and question.single:
        yield _when(right, _set("SCORE", _value("1")))
        yield _set("FEEDBACK", element("qti-multiple", variable()))
    elif question.qtype not in {"essay", "upload"}:
        yield _set("SCORE", element("qti-map-response", identifier="RESPONSE"))
        if question.qtype in {"multichoice", "hotspot"}:
            yield _set("FEEDBACK", variable())


def _hint_rules(question: Question) -> Iterator[str]:
    """After the first try that is not all right the first hint, and so on: QTI counts tries in `numAttempts`."""
    for number, _hint in enumerate(question.hints, 1):
        again = element(
            "qti-equal", variable("numAttempts"), _value(str(number), "integer"), **{"tolerance-mode": "exact"}
        )
        not_right = element("qti-lt", variable("SCORE"), variable("MAXSCORE"))
        yield _when(element("qti-and", again, not_right), _set("HINT", _value(f"hint-{number}", "identifier")))


def _order_rules(question: Question) -> Iterator[str]:
    """Each entry at its place earns its part."""
    ids = ids_of(question)
    worth = f"{Decimal(1) / len(ids):.7f}"
    for place, ident in enumerate(ids, 1):
        here = element("qti-index", variable(), n=str(place))
        same = element("qti-match", here, _value(ident, "identifier"))
        yield _when(same, _set("SCORE", element("qti-sum", variable("SCORE"), _value(worth))))


def _number_rules(question: Question) -> Iterator[str]:
    """The right number within its tolerance; feedback on typical mistakes."""
    for number, answer in enumerate(question.answers):
        width = format(answer.tolerance or Decimal(0), "f")
        exact = {"tolerance-mode": "exact"}
        mode = {"tolerance-mode": "absolute", "tolerance": f"{width} {width}"} if answer.tolerance else exact
        hit = element("qti-equal", variable(), _value(answer.text), **mode)
        then = [_set("SCORE", _value("1"))] if answer.fraction > 0 else []
        if tidy(answer.feedback):
            ident = _value(f"wrong-{number}", "identifier")
            then.append(_set("FEEDBACK", element("qti-multiple", ident)))
        if then and answer.text != "*":
            yield _when(hit, *then)


def _gap_rules(question: Question) -> Iterator[str]:
    """Each gap adds its points; in the end they are divided by all there are."""
    parts = question.extras["gaps"]
    for place, part in enumerate(parts, 1):
        ident, points = f"RESPONSE_{place}", part.extras["points"]
        if part.qtype == "numerical":
            width = format(part.answers[0].tolerance or Decimal(0), "f")
            mode = {"tolerance-mode": "absolute", "tolerance": f"{width} {width}"}
            hit = element("qti-equal", variable(ident), _value(part.answers[0].text), **mode)
            yield _when(hit, _set("SCORE", element("qti-sum", variable("SCORE"), _value(str(points)))))
        else:
            more = element("qti-map-response", identifier=ident)
            yield _set("SCORE", element("qti-sum", variable("SCORE"), more))
    whole = sum(part.extras["points"] for part in parts)
    yield _set("SCORE", element("qti-divide", variable("SCORE"), _value(str(whole))))
    told = [_value(f"gap-{place}", "identifier") for place, part in enumerate(parts, 1) if tidy(part.feedback)]
    if told:
        yield _set("FEEDBACK", element("qti-multiple", *told))


def modal(question: Question) -> Iterator[str]:
    """All feedback that is not inside of an answer."""
    if tidy(question.feedback):
        yield _feedback("EXPLANATION", "explanation", question.feedback)
    for number, hint in enumerate(question.hints, 1):
        yield _feedback("HINT", f"hint-{number}", hint)
    told: Iterable[tuple[str, str]] = ()
    if question.qtype == "numerical":
        told = [(f"wrong-{number}", answer.feedback) for number, answer in enumerate(question.answers)]
    elif question.qtype == "hotspot":
        told = zip(ids_of(question), (answer.feedback for answer in question.answers), strict=True)
    elif question.qtype == "cloze":
        told = [(f"gap-{place}", part.feedback) for place, part in enumerate(question.extras["gaps"], 1)]
    for ident, text in told:
        if tidy(text):
            yield _feedback("FEEDBACK", ident, text)


def _feedback(outcome: str, ident: str, text: str) -> str:
    shown = {"outcome-identifier": outcome, "identifier": ident, "show-hide": "show"}
    return element("qti-modal-feedback", element("qti-content-body", paragraphs(text)), **shown)
