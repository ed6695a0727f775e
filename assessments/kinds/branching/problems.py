"""What keeps a scenario from being published, each with the place where it is."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.kinds.base import LANGUAGES, Content, missing_texts, repeated
from assessments.kinds.branching import tree


def problems(content: Content) -> list[str]:
    found: list[str] = []
    if not content["turns"]:
        found.append(_("At least one turn is needed."))
    if not content["endings"]:
        found.append(_("At least one ending is needed."))
    for number, turn in enumerate(content["turns"], 1):
        found += _of_turn(turn, _name(_("Turn"), turn, number))
    for number, ending in enumerate(content["endings"], 1):
        where = _name(_("Ending"), ending, number)
        if not ending["name"]:
            found.append(_("%(where)s has no short name: no choice can lead to it.") % {"where": where})
        found += missing_texts(ending, "text", where)
        found += missing_texts(ending, "feedback", _("Feedback on %(answer)s") % {"answer": where})
    if repeated(entry["name"] for entry in [*content["turns"], *content["endings"]]):
        found.append(_("Two turns or endings have the same short name: choices could lead to either."))
    return found + _of_paths(content)


def _name(word: str, entry: dict[str, Any], number: int) -> str:
    return f"{word} “{entry['name']}”" if entry["name"] else f"{word} {number}"


def _of_turn(turn: dict[str, Any], where: str) -> list[str]:
    found = missing_texts(turn, "text", where)
    found += missing_texts(turn, "speaker", _("Speaker of %(turn)s") % {"turn": where})
    if not turn["choices"]:
        found.append(_("%(where)s is a dead end: it has no choice.") % {"where": where})
    for number, choice in enumerate(turn["choices"], 1):
        name = _("%(turn)s, choice %(number)d") % {"turn": where, "number": number}
        found += missing_texts(choice, "text", name)
        found += missing_texts(choice, "feedback", _("Feedback on %(answer)s") % {"answer": name})
        if not choice["goes_to"]:
            found.append(_("%(where)s leads nowhere.") % {"where": name})
        elif not choice["goes"]:
            found.append(
                _("%(where)s leads to “%(name)s”, and nothing has this short name.")
                % {"where": name, "name": choice["goes_to"]}
            )
    if any(repeated(choice[f"text_{language}"] for choice in turn["choices"]) for language in LANGUAGES):
        found.append(_("%(where)s: two choices have the same text.") % {"where": where})
    return found


def _of_paths(content: Content) -> list[str]:
    found: list[str] = []
    reached = tree.reachable(content)
    for word, entries in ((_("Turn"), content["turns"]), (_("Ending"), content["endings"])):
        found += [
            _("%(where)s is never reached: no path leads there.") % {"where": _name(word, entry, number)}
            for number, entry in enumerate(entries, 1)
            if entry["id"] not in reached and entry["name"]
        ]
    names = tree.circle(content)
    if names:
        found.append(_("The conversation can go in a circle: %(names)s.") % {"names": " → ".join(names)})
    elif content["turns"] and not tree.best_path(content):
        found.append(_("No path leads to an ending."))
    elif content["turns"] and not tree.best_points(content):
        found.append(_("No path earns a point."))
    return found
