"""The protocol that every item kind keeps, and the parts that kinds share.

Grading is pure: it reads the frozen content and the response and nothing else, so that a stored score can be computed
again at any time. What the learner's browser gets comes from `public` alone, which is built up from allowed keys and
not stripped down from the content.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from assessments.band_blocks import ScoreBands
from assessments.behaviours.tries import Part
from assessments.enums import AnswerState
from assessments.kinds.media import MediaBlock, authored_media, media_in, media_problems

# Frozen JSON of one item: texts in both languages, options with stable ids, the key, the feedback.
Content = dict[str, Any]
LANGUAGES = ("de", "en")
LANGUAGE_NAMES = {"de": gettext_lazy("German"), "en": gettext_lazy("English")}
SCORE_STEP = Decimal("0.0001")
MAX_ID_LENGTH = 64


class ParseError(ValueError):
    """What came from outside is no answer to this item: wrong shape, unknown option, too long."""


@dataclass(frozen=True)
class Outcome:
    """Result of grading one response: `score` between 0 and 1 in steps of 0.0001; `correct` for full marks only."""

    score: Decimal
    correct: bool


@dataclass(frozen=True)
class TallyKey:
    """What a key of `Kind.tally` stands for, in one language. `right`: whether it earns marks (None: says nothing)."""

    key: str
    label: str
    right: bool | None = None


NO_ANSWER = "-"  # the key that `tally` gives for a missing answer


def outcome(numerator: int, denominator: int) -> Outcome:
    """Outcome for a share of points; below 0 counts as 0 (QTI `lowerBound`)."""
    share = Decimal(max(numerator, 0)) / Decimal(denominator)
    return Outcome(min(share, Decimal(1)).quantize(SCORE_STEP, ROUND_HALF_UP), numerator >= denominator)


def text_in(data: Mapping[str, Any], name: str, language: str) -> str:
    """`name` in the language asked for, else in the other one, else empty."""
    wanted = "en" if language.startswith("en") else "de"
    other = "de" if wanted == "en" else "en"
    return str(data.get(f"{name}_{wanted}") or data.get(f"{name}_{other}") or "")


def texts(raw: Mapping[str, Any], *names: str) -> dict[str, str]:
    """The named bilingual texts of a block's stored JSON, stripped; missing ones are empty."""
    return {
        f"{name}_{language}": str(raw.get(f"{name}_{language}") or "").strip()
        for name in names
        for language in LANGUAGES
    }


def list_values(raw: Iterable[Any] | None) -> list[tuple[str, dict[str, Any]]]:
    """Id and value of each child of a stored ListBlock."""
    return [(str(child["id"]), child["value"]) for child in raw or ()]


def missing_texts(data: Mapping[str, Any], name: str, where: str) -> list[str]:
    """One sentence for each language in which a text is missing."""
    return [
        _("%(where)s: the text in %(language)s is missing.")
        % {"where": where, "language": LANGUAGE_NAMES[language].lower()}
        for language in LANGUAGES
        if not data.get(f"{name}_{language}")
    ]


def repeated(values: Iterable[str]) -> bool:
    """Whether a text occurs twice, case and blanks aside: two equal options cannot be told apart."""
    seen = [" ".join(value.casefold().split()) for value in values if value]
    return len(seen) != len(set(seen))


def authored_bands(raw: Iterable[Any] | None) -> list[dict[str, Any]]:
    """Feedback by score as it is frozen, the highest first: from which percentage on, and both texts."""
    values = [child["value"] for child in raw or ()]
    found = [{"percent": int(value.get("percent") or 0), **texts(value, "text")} for value in values]
    return sorted(found, key=lambda one: -one["percent"])


def hints_of(content: Content, language: str) -> list[str]:
    """The hints in that language, in the order in which they are given."""
    return [said for hint in content.get("hints", ()) if (said := text_in(hint, "text", language))]


def parse_id(raw: object, allowed: Iterable[str]) -> str:
    """`raw` if it is one of the allowed ids. Raises ParseError."""
    if not isinstance(raw, str) or len(raw) > MAX_ID_LENGTH or raw not in set(allowed):
        raise ParseError("unknown option")
    return raw


def parse_ids(raw: object, allowed: Sequence[str]) -> list[str]:
    """A list of different allowed ids in the order given. Raises ParseError."""
    if not isinstance(raw, list) or len(raw) > len(allowed):
        raise ParseError("not a list of options")
    found = [parse_id(one, allowed) for one in raw]
    if len(found) != len(set(found)):
        raise ParseError("an option is given twice")
    return found


def in_order(entries: Sequence[dict[str, Any]], order: object) -> list[dict[str, Any]]:
    """Entries as the attempt has frozen them; entries that the order does not name follow."""
    places = {one: place for place, one in enumerate(order)} if isinstance(order, list) else {}
    return sorted(entries, key=lambda entry: places.get(entry["id"], len(places)))


def shuffled(ids: Sequence[str], rng: random.Random) -> list[str]:
    mixed = list(ids)
    rng.shuffle(mixed)
    return mixed


MAX_HINTS = 3


class HintBlock(blocks.StructBlock):
    """What helps after a wrong try, without giving the answer away."""

    text_de = blocks.TextBlock(label=gettext_lazy("Hint (German)"), rows=2, max_length=600)
    text_en = blocks.TextBlock(label=gettext_lazy("Hint (English)"), rows=2, max_length=600)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Hint")
        icon = "help"
        label_format = "{text_de}"


def _hint_list() -> blocks.ListBlock:
    return blocks.ListBlock(
        HintBlock(),
        label=gettext_lazy("Hints"),
        default=[],
        max_num=MAX_HINTS,
        required=False,
        help_text=gettext_lazy(
            "Shown in practice only: after the first wrong try the first one, then the next. Begin with where to look."
        ),
    )


def _band_list() -> blocks.StreamBlock:
    return ScoreBands(
        label=gettext_lazy("Feedback by score"),
        required=False,
        help_text=gettext_lazy("What to say to an answer as a whole, by how right it is. Shown with the explanations."),
    )


class ItemBlock(blocks.StructBlock):
    """What every kind's editor has: the question and an explanation, in both languages.

    After all of its own come feedback by score and hints.

    Saving a draft never fails for something that is missing; publishing runs `Kind.problems`.
    """

    kind_name: ClassVar[str]
    # False where no try is ever wrong: nothing is graded, or people do it later.
    takes_hints: ClassVar[bool] = True
    # True where an answer can earn a part of its points, so that there is something between right and wrong to say.
    takes_bands: ClassVar[bool] = False

    class Meta:
        form_classname = "struct-block bilingual"

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        bands = [("bands", _band_list())] if self.takes_bands else []
        hints = [("hints", _hint_list())] if self.takes_hints else []
        super().__init__([*(local_blocks or ()), *bands, *hints], **kwargs)

    prompt_de = blocks.TextBlock(label=gettext_lazy("Question (German)"), rows=3, max_length=2000)
    prompt_en = blocks.TextBlock(label=gettext_lazy("Question (English)"), rows=3, max_length=2000)
    media = MediaBlock()

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not self.is_deferred_validation:
            from assessments.kinds import get_kind  # noqa: PLC0415 - the registry imports this module

            kind = get_kind(self.kind_name)
            problems = kind.problems(kind.authored(self.get_prep_value(cleaned)))
            if problems:
                raise StructBlockValidationError(non_block_errors=problems)
        return cleaned


def explanation_blocks(*, required: bool) -> list[tuple[str, blocks.Block]]:
    """The general feedback, shown in the result under the question."""
    help_text = gettext_lazy("Why this is so. The learner reads it in the result, whatever the answer was.")
    return [
        (
            f"feedback_{language}",
            blocks.TextBlock(
                label=label, rows=2, max_length=1500, required=required, help_text=help_text if language == "de" else ""
            ),
        )
        for language, label in (
            ("de", gettext_lazy("Explanation (German)")),
            ("en", gettext_lazy("Explanation (English)")),
        )
    ]


class Kind(ABC):
    """One kind of item. Stateless; the only instance is the package's `KIND`."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    icon: ClassVar[str] = "help"
    rank: ClassVar[int] = 100
    block_class: ClassVar[type[ItemBlock]]
    # How to answer, in one sentence under the question.
    instruction: ClassVar[str | Promise] = ""
    # How the browser's script reads and writes the answer, see `static/js/quiz-answers.js`: "one" of several radio
    # buttons or "text" (a string), "many" boxes (a sorted list of ids), "parts" (a mapping: fields that carry
    # `data-part`), or "own": the kind brings `static/js/kinds/<name>.js`.
    shape: ClassVar[str] = "one"
    # False: there is no right or wrong, and the question stands outside of the score.
    graded: ClassVar[bool] = True
    # True: people mark the answer with a rubric, see `kinds/by_hand.py`.
    by_hand: ClassVar[bool] = False

    # Names in the content, at any depth, that decide which answers are right; the history of versions marks them.
    key_fields: ClassVar[frozenset[str]] = frozenset()

    # True: the answer is a file, which `services.uploads` keeps; see `kinds/file_upload`.
    uploads: ClassVar[bool] = False
    # Whether the player offers to take the answer back: where a control, once set, cannot be emptied by itself.
    takes_back: ClassVar[bool] = False

    @property
    def draws(self) -> bool:
        """Whether each attempt is asked something else, see `as_asked`."""
        return type(self).as_asked is not Kind.as_asked

    @property
    def script(self) -> str:
        """The static path of the kind's own script; empty for kinds of a shared shape."""
        return f"js/kinds/{self.name}.js" if self.shape == "own" else ""

    # --- authoring ---

    def block(self) -> ItemBlock:
        """A new editor block for this kind."""
        return self.block_class(label=self.label, icon=self.icon, help_text=self.description)

    @abstractmethod
    def content(self, raw: Mapping[str, Any]) -> Content:
        """Frozen content of the kind from the block's stored JSON. Never raises on an unfinished draft."""

    def authored(self, raw: Mapping[str, Any]) -> Content:
        """`content` with bands, hints and medium, where there are any: a version without is what it was before them."""
        hints = [texts(value, "text") for _key, value in list_values(raw.get("hints"))]
        bands = authored_bands(raw.get("bands"))
        media = authored_media(raw)
        return {
            **self.content(raw),
            **({"bands": bands} if bands and self.block_class.takes_bands else {}),
            **({"hints": hints} if hints and self.block_class.takes_hints else {}),
            **({"media": media} if media else {}),
        }

    def settle(self, content: Content) -> Content:
        """The content with what it needs of other records, such as the file of an image. Reads, and writes nothing."""
        return content

    def keep(self, content: Content) -> Content:
        """The settled content for a version: what others may change or delete is copied, and the copy is named here."""
        return content

    @abstractmethod
    def problems(self, content: Content) -> list[str]:
        """Sentences about what keeps this content from being published; empty when it is fine."""

    def weaknesses(self, content: Content) -> list[str]:
        """Sentences about what gives the answer away or asks badly; it may be published all the same."""
        return []

    def key_place(self, content: Content) -> int | None:
        """Where the one right answer stands as it was written, from 1; None where there is no such place."""
        return None

    def common_problems(self, content: Content, *, prompt: str = "") -> list[str]:
        """What every kind needs; `prompt` is what the question is called where it is none."""
        found = missing_texts(content, "prompt", prompt or _("Question"))
        begins = [band["percent"] for band in content.get("bands", ())]
        if len(begins) != len(set(begins)):
            found.append(_("Two bands begin at the same percentage. Change one of them."))
        for band in content.get("bands", ()):
            found += missing_texts(band, "text", _("Feedback from %(percent)d %%") % {"percent": band["percent"]})
        for number, hint in enumerate(content.get("hints", ()), 1):
            found += missing_texts(hint, "text", _("Hint %(number)d") % {"number": number})
        return found + media_problems(content)

    # --- asking ---

    @abstractmethod
    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> Any:
        """The order to freeze in an attempt, as JSON."""

    def as_asked(self, content: Content, option_order: Any) -> Content:
        """The content as this attempt asks it: kinds that draw something at the start (numbers) put it in here.

        What was drawn is frozen in `option_order`. Everything but `content`, `problems` and `option_order` is given
        this content, so that one attempt is asked, graded and reviewed by the same numbers.
        """
        return content

    @abstractmethod
    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        """What may be sent before the answer. Holds neither the key nor any feedback."""

    def asked(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        """`public`, and the medium of the question."""
        media = media_in(content, language)
        return {**self.public(content, language, option_order), **({"media": media} if media else {})}

    def with_answer(self, public: dict[str, Any], response: Any) -> dict[str, Any]:
        """What the question's template shows of an answer beyond its value: from `public` and the answer alone."""
        return {}

    # --- answering ---

    @abstractmethod
    def parse(self, content: Content, raw: object) -> Any:
        """The response as JSON, or None for "no answer". Raises ParseError, and nothing else, on anything hostile."""

    @abstractmethod
    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """The raw answer in a form posted without JavaScript, for `parse`. `current` is what was last displayed."""

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        return AnswerState.EMPTY if response is None else AnswerState.ANSWERED

    def may_follow(self, content: Content, before: Any, response: Any) -> bool:
        """Whether this answer may replace the saved one: not where an item lets nobody go back."""
        return True

    def hint(self, content: Content, response: Any) -> str:
        """A remark about the form of a saved answer ("cannot be read as a number"); tells nothing about the key."""
        return ""

    def understood(self, content: Content, response: Any, language: str) -> str:
        """How a typed answer was read, for kinds that read one; tells nothing about the key."""
        return ""

    # --- grading and review ---

    @abstractmethod
    def grade(self, content: Content, response: Any) -> Outcome | None:
        """Pure. `response` comes from `parse`; None (no answer) scores 0.

        None is returned for "not yet known", and always by kinds that are not `graded`.
        """

    def parts(self, content: Content, response: Any) -> Sequence[Part] | None:
        """How right each part of an answer is, always in the same order; together they make up the score of `grade`.

        None: it has no parts that are right or wrong by themselves. Practice credits each part by the try since which
        it has been right (`behaviours.tries.by_parts`).
        """
        return None

    def tries_again(self, content: Content) -> bool:
        """Whether a checked answer can be changed, so that another try makes sense."""
        return True

    @abstractmethod
    def best(self, content: Content) -> object:
        """A raw answer that earns full marks, for `parse`; None where there is none (nothing is graded, or by hand)."""

    @abstractmethod
    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        """Yours, right, why: `yours` and `right` are lists of lines, `feedback` the explanation, the rest by kind."""

    def reviewed(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        """`review`, and the medium of the question."""
        media = media_in(content, language)
        return {**self.review(content, response, language), **({"media": media} if media else {})}

    def remarks(self, review: dict[str, Any]) -> list[str]:
        """Of a `review`, the feedback on what was answered: shown where the key and the other answers are held back."""
        return []

    @abstractmethod
    def tally(self, content: Content, response: Any) -> list[str]:
        """What to count of a response before it is deleted: keys without free text."""

    # --- statistics ---

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        """The keys that `tally` can give, with words for people, in the order of authoring.

        A key that is named here and never counted is an answer that nobody gives. Kinds that leave this empty are
        counted by their keys alone.
        """
        return []

    def tally_label(self, content: Content, key: str, language: str) -> str:
        """Words for a counted key, also for one that `tally_keys` does not name."""
        if key == NO_ANSWER:
            return _("No answer")
        return next((one.label for one in self.tally_keys(content, language) if one.key == key), key)

    def guess_score(self, content: Content) -> float | None:
        """Mean score (0 to 1) of answers by chance; None where chance has no definition, as with typed answers."""
        return None
