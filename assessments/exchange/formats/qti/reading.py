"""A QTI item to a question of Moodle's family, which means the same: choices with marks, pairs, an order, gaps."""

import re
from dataclasses import replace
from decimal import InvalidOperation

from django.utils.translation import gettext as _

from assessments.exchange.embedded import Finder, Place
from assessments.exchange.formats.qti import around, choices, fields, gaps
from assessments.exchange.formats.qti.names import (
    Declared,
    Reader,
    Source,
    Unreadable,
    attribute,
    below,
    declared,
    name_of,
)
from assessments.exchange.formats.qti.shown import note_settings
from assessments.exchange.formats.qti.texts import note_rubrics, prompt
from assessments.exchange.questions import Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import Node

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_READERS: dict[str, Reader] = {
    "choice-interaction": choices.choices,
    "order-interaction": choices.order,
    "match-interaction": choices.match,
    "associate-interaction": choices.associate,
    "hotspot-interaction": choices.hotspot,
    "hottext-interaction": choices.hottext,
    "text-entry-interaction": fields.text_entry,
    "slider-interaction": fields.slider,
    "extended-text-interaction": fields.extended_text,
    "upload-interaction": fields.upload,
}


def question_from(root: Node, language: str, find: Finder) -> Question:
    """The question of an item; `find` brings the files that it refers to. Raises Unreadable."""
    body = next(below(root, "item-body"), None)
    if body is None:
        raise Unreadable(_("The item has no body."))
    question = Question("", name=" ".join(tidy(root.get("title")).split()), line=root.line)
    ident = tidy(root.get("identifier"))
    question.identifier = ident.removeprefix("item-") if _UUID.fullmatch(ident.removeprefix("item-")) else ident
    question.name = question.name or question.identifier
    source = Source(root, question, find, Place(question, find))
    around.settings(source, root, language)
    try:
        _ask(source, body, _counted(root, declared(root)))
    except InvalidOperation:
        raise Unreadable(_("A mark or tolerance in it is no number."), body.line) from None
    question.picture = source.place.picture
    note_settings(source, body)
    note_rubrics(source, body)
    around.feedback(source, root)
    return question


def _counted(root: Node, responses: dict[str, Declared]) -> dict[str, Declared]:
    """The responses without mappings where the rules never look at them: `match_correct` goes by the right response."""
    templates = [attribute(one, "template") for one in below(root, "response-processing")]
    if not any(one.removesuffix(".xml").endswith("match_correct") for one in templates):
        return responses
    return {key: replace(one, mapping={}) if one.correct else one for key, one in responses.items()}


def _ask(source: Source, body: Node, responses: dict[str, Declared]) -> None:
    """What the body asks. Raises Unreadable."""
    question = source.question
    interactions = [one for one in body.walk() if name_of(one).endswith("-interaction")]
    if any(name_of(one) == "end-attempt-interaction" for one in interactions):
        question.lose(_("A button that asks for a hint or ends the attempt has no place here."))
        interactions = [one for one in interactions if name_of(one) != "end-attempt-interaction"]
    if not interactions:
        question.qtype, question.text = "description", prompt(source, body, [])
        return
    if gaps.running(source, body, interactions):
        gaps.inline(source, body, interactions, responses)
        return
    if len(interactions) > 1:
        names = ", ".join(sorted({name_of(one) for one in interactions}))
        raise Unreadable(_("It asks several things at once (%(names)s).") % {"names": names}, interactions[1].line)
    (interaction,) = interactions
    response = responses.get(attribute(interaction, "response-identifier"), Declared())
    if name_of(interaction) == "gap-match-interaction":
        gaps.dragged(source, body, interaction, response)
        return
    reader = _READERS.get(name_of(interaction))
    if reader is None:
        message = _("There is no kind of item for “%(name)s”.") % {"name": name_of(interaction)}
        raise Unreadable(message, interaction.line)
    reader(source, interaction, response)
    passage = question.extras.pop("passage", "")
    question.text = "\n\n".join(part for part in (prompt(source, body, [interaction]), passage) if part)
