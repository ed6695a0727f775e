"""Interactions in which something is chosen, ordered or put together: lists, words in a text, areas of a picture."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.bands import whole_lost
from assessments.exchange.embedded import Place
from assessments.exchange.formats.qti.names import (
    Declared,
    Source,
    Unreadable,
    attribute,
    below,
    ident_of,
    name_of,
    number,
    share_of,
)
from assessments.exchange.formats.qti.texts import is_picture, said
from assessments.exchange.moodle_family import share
from assessments.exchange.questions import Answer
from assessments.exchange.text import tidy
from assessments.exchange.xml import Node

_PLACES = 1  # decimals of a percentage, as the editor takes it


def choice_of(source: Source, node: Node, *, pictured: bool = False) -> Answer:
    """A choice with its text, the feedback inside it, and its picture where the question has room for one."""
    place = Place(source.question, source.find) if pictured else None
    answer = Answer(said(source, node, place=place), ident=ident_of(node))
    answer.picture = place.picture if place is not None else None
    inside = []
    for one in below(node, "feedback-inline", "feedback-block"):
        text = said(source, one)
        if text and attribute(one, "show-hide") == "hide":  # to those who did not choose it
            source.question.lose(whole_lost(text))
        elif text:
            inside.append(text)
    answer.feedback = "\n\n".join(inside)
    return answer


def _worded(source: Source, node: Node) -> Answer:
    """A choice where only words have a place. Raises Unreadable."""
    answer = choice_of(source, node)
    if not answer.text:
        raise Unreadable(_("An entry has no words, perhaps a picture alone; here it needs words."), node.line)
    return answer


def choices(source: Source, node: Node, response: Declared) -> None:
    question = source.question
    nodes = list(below(node, "simple-choice", "inline-choice"))
    question.qtype, question.single = "multichoice", response.cardinality == "single"
    question.answers = [choice_of(source, one, pictured=True) for one in nodes]
    if question.single and {answer.ident for answer in question.answers} == {"true", "false"}:
        question.qtype = "truefalse"
    _mark(source, node, nodes, response)


def hottext(source: Source, node: Node, response: Declared) -> None:
    """Words within a text: the text is the question, the words are its answers."""
    question = source.question
    nodes = list(below(node, "hottext"))
    question.qtype, question.single = "multichoice", response.cardinality == "single"
    question.answers = [choice_of(source, one) for one in nodes]
    text = "\n\n".join(part for one in node if name_of(one) != "prompt" and (part := said(source, one)))
    question.extras["passage"] = text
    question.lose(_("Words that are marked within the text there become answers below it."))
    _mark(source, node, nodes, response)


def _mark(source: Source, node: Node, nodes: list[Node], response: Declared) -> None:
    """Each answer with its part of the marks; by the mapping, else by the right response. Raises Unreadable."""
    question = source.question
    keys = [attribute(one, "identifier") for one in nodes]
    right = set(response.correct) & set(keys)
    points = [response.mapping.get(key, response.default) for key in keys]
    if response.mapping and max(points, default=0) > 0:
        most = max(points) if question.single else sum(one for one in points if one > 0)
        for answer, value in zip(question.answers, points, strict=True):
            answer.fraction = share_of(value, Decimal(most))
    elif not right:
        raise Unreadable(_("It names no right answer."), node.line)
    else:
        wrong = len(keys) - len(right)
        for answer, key in zip(question.answers, keys, strict=True):
            if question.single:
                answer.fraction = Decimal(100 if key in right else 0)
            else:
                answer.fraction = share(1, len(right)) if key in right else -share(1, wrong)
        if not question.single:
            question.lose(
                _("There it is all or nothing; here each right choice earns its part and each wrong one takes one.")
            )
    _note_settings(source, node, len(keys))


def _note_settings(source: Source, node: Node, count: int) -> None:
    question = source.question
    for name, sentence in (
        ("max-choices", _("At most %(count)s may be chosen there; here as many as one likes.")),
        ("min-choices", _("At least %(count)s must be chosen there; here as many as one likes.")),
    ):
        said_there = attribute(node, name)
        wanted = int(said_there) if said_there.isdigit() else 0
        if not question.single and wanted not in {0, 1 if name == "min-choices" else count}:
            question.lose(sentence % {"count": wanted})


def order(source: Source, node: Node, response: Declared) -> None:
    question = source.question
    question.qtype = "ordering"
    entries = {attribute(one, "identifier"): _worded(source, one) for one in below(node, "simple-choice")}
    question.answers = [entries[key] for key in response.correct if key in entries]
    if not question.answers:
        raise Unreadable(_("It names no right answer."), node.line)
    if len(question.answers) != len(entries):
        question.lose(_("There a part of the entries is drawn; here all of them are asked."))
    if not any(name_of(one) == "sum" for one in source.root.walk()):
        question.lose(_("There it is all or nothing; here each entry at its place earns its part."))


# --- pairs ---


def match(source: Source, node: Node, response: Declared) -> None:
    sets = list(below(node, "simple-match-set"))
    if len(sets) != 2:
        raise Unreadable(_("It has no two lists to match."), node.line)
    left, right = (
        {attribute(one, "identifier"): one for one in below(half, "simple-associable-choice")} for half in sets
    )
    _pair(source, left, right, _partners(response, node))
    _note_marks(source, node, response)


def associate(source: Source, node: Node, response: Declared) -> None:
    """Pairs out of one list: of each right pair, the first is the entry and the second its partner."""
    entries = {attribute(one, "identifier"): one for one in below(node, "simple-associable-choice")}
    partners = _partners(response, node)
    twice = [*partners, *partners.values()]
    if len(twice) != len(set(twice)):
        raise Unreadable(_("An entry belongs to several choices; here each belongs to one."), node.line)
    left = {key: entries[key] for key in partners if key in entries}
    _pair(source, left, {key: one for key, one in entries.items() if key not in left}, partners)
    source.question.lose(_("Pairs are made out of one list there; here one half of each pair is given."))
    _note_marks(source, node, response)


def _pair(source: Source, left: dict[str, Node], right: dict[str, Node], partners: dict[str, str]) -> None:
    question = source.question
    question.qtype = "match"
    texts = {key: _worded(source, one) for key, one in right.items()}
    used = set()
    for key, one in left.items():
        partner = partners.get(key, "")
        if partner in texts:
            answer = _worded(source, one)
            answer.match, answer.fraction = texts[partner].text, Decimal(100)
            question.answers.append(answer)
            used.add(partner)
        else:
            question.lose(
                _("An entry that belongs to nothing is left out: “%(text)s”.") % {"text": said(source, one)[:80]}
            )
    rest = [(key, answer) for key, answer in texts.items() if key not in used]
    question.answers += [Answer("", match=answer.text, ident=ident_of(right[key])) for key, answer in rest]
    if not used:
        raise Unreadable(_("It names no right answer."))


def _note_marks(source: Source, node: Node, response: Declared) -> None:
    question = source.question
    if len({value for value in response.mapping.values() if value > 0}) > 1:
        question.lose(_("Pairs are worth different marks there; here all are worth the same."))
    if not response.mapping:
        question.lose(_("There it is all or nothing; here each right pair earns its part."))
    if response.default < 0 or any(value < 0 for value in response.mapping.values()):
        question.lose(_("A wrong pair takes marks there; here it earns none."))


def _partners(response: Declared, node: Node) -> dict[str, str]:
    """Identifier on the left → the one on the right that belongs to it. Raises Unreadable."""
    keys = response.correct or [key for key, value in response.mapping.items() if value > 0]
    pairs = [key.split(" ") for key in keys]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise Unreadable(_("It names no right answer."), node.line)
    partners = dict(pairs)
    if len(partners) < len(pairs):
        raise Unreadable(_("An entry belongs to several choices; here each belongs to one."), node.line)
    return partners


# --- areas of a picture ---


def hotspot(source: Source, node: Node, response: Declared) -> None:
    """Areas by their coordinates, in percent of the picture. Raises Unreadable."""
    question = source.question
    question.qtype, question.single = "hotspot", response.cardinality == "single"
    shown = next((one for one in node if name_of(one) in {"img", "object", "picture"}), node)
    shown = next((one for one in shown.walk() if is_picture(one)), shown)
    address = shown.get("src") or shown.get("data")
    if not source.place.takes(address, shown.get("alt") or tidy(shown.text)) and address not in source.place.settled:
        question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": address[:80] or "?"})
    picture = source.place.picture
    size = _size(shown) or ((picture.width, picture.height) if picture is not None else None)
    if size is None or 0 in size:
        raise Unreadable(_("How large its picture is stands nowhere, so its areas have no place."), node.line)
    nodes = list(below(node, "hotspot-choice"))
    for one in nodes:
        label = attribute(one, "hotspot-label") or one.get("label") or one.get("alt")
        if not label:
            question.lose(_("Its areas have no names there; their ids stand as such."))
        answer = Answer(tidy(label or ident_of(one)), ident=ident_of(one))
        answer.extras = _area(source, one, size)
        question.answers.append(answer)
    _mark(source, node, nodes, response)


def _size(node: Node) -> tuple[int, int] | None:
    width, height = (node.get(name).removesuffix("px") for name in ("width", "height"))
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else None


def _area(source: Source, node: Node, size: tuple[int, int]) -> dict[str, str]:
    """Shape and the box around it. Coordinates are those of HTML's image maps. Raises Unreadable."""
    shape = node.get("shape")
    numbers = [number(part) for part in node.get("coords").replace(" ", ",").split(",") if part]
    if shape == "rect" and len(numbers) == 4:
        box = (*numbers,)
    elif shape == "circle" and len(numbers) == 3:
        x, y, radius = numbers
        box = (x - radius, y - radius, x + radius, y + radius)
    elif shape == "ellipse" and len(numbers) == 4:
        x, y, across, down = numbers
        box = (x - across, y - down, x + across, y + down)
    elif shape == "poly" and len(numbers) >= 6:
        box = (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))
        source.question.lose(_("An area with many corners becomes the rectangle around it."))
    elif shape == "default":
        box = (Decimal(0), Decimal(0), Decimal(size[0]), Decimal(size[1]))
    else:
        raise Unreadable(_("An area has no shape that can be read."), node.line)
    left, right = (_percent(value, size[0]) for value in (box[0], box[2]))
    top, bottom = (_percent(value, size[1]) for value in (box[1], box[3]))
    place = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    round_ = {"circle", "ellipse"}
    return {"shape": "circle" if shape in round_ else "rect", **{key: str(value) for key, value in place.items()}}


def _percent(value: Decimal, whole: int) -> Decimal:
    """Within the picture."""
    return round(min(max(value * 100 / whole, Decimal(0)), Decimal(100)), _PLACES)
