"""Answers that a trainer accepts: variants in both languages, what they earn, and a word to whoever gives them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import LANGUAGE_NAMES, LANGUAGES, missing_texts, texts
from assessments.kinds.short_text.wording import (
    MAX_LENGTH,
    MAX_VARIANT,
    Rules,
    accepts,
    literal,
    nearly,
    normalised,
    pieces,
)

MAX_VARIANTS = 30  # of one answer in one language


class AcceptedBlock(blocks.StructBlock):
    """One answer. Its list keeps an id for it that editing does not change."""

    share = blocks.IntegerBlock(
        label=gettext_lazy("Points in percent"),
        default=100,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("100 for a right answer, less for a partly right one, 0 for a known wrong one."),
    )
    variants_de = blocks.TextBlock(
        label=gettext_lazy("Variants (German)"),
        rows=3,
        max_length=2000,
        help_text=gettext_lazy(
            "One on each line; the first is shown as the right answer. * stands for any letters, \\* is an asterisk."
        ),
    )
    variants_en = blocks.TextBlock(label=gettext_lazy("Variants (English)"), rows=3, max_length=2000)
    feedback_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Answer")
        label_format = "{variants_de} ({share} %)"


def accepted(key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The frozen form of an answer: `variants_de` and `variants_en` are lists."""
    share = value.get("share", 100)
    written = texts(value, "variants")
    return {
        "id": key,
        "share": share if isinstance(share, int) and 0 <= share <= 100 else 0,
        **{name: [line.strip() for line in text.splitlines() if line.strip()] for name, text in written.items()},
        **texts(value, "feedback"),
    }


def variants(entry: Mapping[str, Any], language: str) -> list[str]:
    """The answer's variants in that language, else in the other one."""
    wanted, other = ("en", "de") if language.startswith("en") else ("de", "en")
    return list(entry[f"variants_{wanted}"] or entry[f"variants_{other}"])


def shown(answers: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """The first variant of each answer with full marks, as a learner reads it: asterisks are dots."""
    return [
        "…".join(pieces(lines[0]))
        for entry in answers
        if entry["share"] == 100 and (lines := variants(entry, language))
    ]


def _all_variants(entry: Mapping[str, Any]) -> list[str]:
    return [*entry["variants_de"], *entry["variants_en"]]


def found(answers: Sequence[dict[str, Any]], response: Any, rules: Rules) -> tuple[dict[str, Any] | None, bool]:
    """The answer that a text is, and whether only but for a typing mistake.

    Of several answers the one that earns most. Mistyped ones are looked for among those that earn something, and only
    if no variant accepts the text as it is.
    """
    if not isinstance(response, str):
        return None, False
    text = normalised(response, rules)  # once: it is what costs
    best = sorted(answers, key=lambda entry: -entry["share"])
    for entry in best:
        if any(accepts(variant, text, rules) for variant in _all_variants(entry)):
            return entry, False
    for entry in best:
        if entry["share"] and any(nearly(variant, text, rules) for variant in _all_variants(entry)):
            return entry, True
    return None, False


def best_text(answers: Sequence[Mapping[str, Any]]) -> str | None:
    """A text that earns full marks; None where there is none."""
    written = (variant for entry in answers if entry["share"] == 100 for variant in _all_variants(entry))
    return next((text for text in map(literal, written) if 0 < len(text) <= MAX_LENGTH), None)


def problems_of(answers: Sequence[dict[str, Any]], rules: Rules, where: str = "") -> list[str]:
    """What is missing in a list of answers; `where` names the gap that they belong to."""
    sentences: list[str] = []
    for number, entry in enumerate(answers, 1):
        name = ", ".join(filter(None, (where, _("Answer %(number)d") % {"number": number})))
        sentences += [
            _("%(where)s: there is no variant in %(language)s.")
            % {"where": name, "language": LANGUAGE_NAMES[language].lower()}
            for language in LANGUAGES
            if not entry[f"variants_{language}"]
        ]
        sentences += missing_texts(entry, "feedback", _("Feedback on %(answer)s") % {"answer": name})
        sentences += _written_problems(name, entry)
        for variant in _all_variants(entry):
            other, _mistyped = found(answers, literal(variant), rules)
            if other is not None and other["share"] > entry["share"]:
                sentences.append(
                    _("%(where)s: “%(variant)s” is accepted by another answer that earns more.")
                    % {"where": name, "variant": variant}
                )
    if best_text(answers) is None:
        sentences.append(": ".join(filter(None, (where, _("one answer must earn 100 percent.")))))
    return sentences


def _written_problems(name: str, entry: Mapping[str, Any]) -> list[str]:
    sentences = []
    for variant in _all_variants(entry):
        if len(variant) > MAX_VARIANT or len(literal(variant)) > MAX_LENGTH:
            sentences.append(
                _("%(where)s: “%(variant)s…” is longer than %(count)d characters, which nobody can type.")
                % {"where": name, "variant": variant[:20], "count": MAX_LENGTH}
            )
        elif not literal(variant):
            sentences.append(_("%(where)s: a variant of asterisks alone accepts everything.") % {"where": name})
    if max(len(entry[f"variants_{language}"]) for language in LANGUAGES) > MAX_VARIANTS:
        sentences.append(
            _("%(where)s: at most %(count)d variants in each language.") % {"where": name, "count": MAX_VARIANTS}
        )
    return sentences
