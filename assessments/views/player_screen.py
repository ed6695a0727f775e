"""Player, navigator and the list before submitting, in words: built from selectors, without queries of its own."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.certainty_words import Choice, choices, level_words
from assessments.enums import AnswerState, Overdue
from assessments.kinds import get_kind
from assessments.models import Attempt
from assessments.sections import Section, section_of
from assessments.selectors import AttemptView, QuestionView
from assessments.selectors.checks import Told


def clock(seconds: int) -> str:
    """`12:40`, or `1:02:40` from an hour on. As the player counts down."""
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def state_words(state: AnswerState, *, flagged: bool) -> str:
    """The state of a question in words, for the navigator."""
    words = {
        AnswerState.ANSWERED: _("answered"),
        AnswerState.PARTIAL: _("partly answered"),
        AnswerState.EMPTY: _("open"),
    }[state]
    return ", ".join((words, _("check later"))) if flagged else words


def tries_words(told: Told) -> str:
    """How many tries were used or are left."""
    if told.done:
        return ngettext("Finished after %(count)d try.", "Finished after %(count)d tries.", told.made) % {
            "count": told.made
        }
    return ngettext("%(count)d try left", "%(count)d tries left", told.left) % {"count": told.left}


@dataclass(frozen=True)
class QuestionScreen:
    """A question for the player, the navigator and the list before submitting."""

    view: QuestionView
    url: str
    section: Section | None = None
    may_change: bool = True
    is_known: bool = True  # not before its turn, where questions come one after the other

    @property
    def opens_section(self) -> bool:
        return self.section is not None and self.section.first == self.position

    @property
    def understood(self) -> str:
        return self.view.understood

    @property
    def position(self) -> int:
        return self.view.position

    @property
    def kind(self) -> str:
        return self.view.kind

    @property
    def shape(self) -> str:
        return get_kind(self.view.kind).shape

    @property
    def script(self) -> str:
        return get_kind(self.view.kind).script

    @property
    def uploads(self) -> bool:
        """Whether its form sends a file, to an address of its own."""
        return get_kind(self.view.kind).uploads

    @property
    def takes_back(self) -> bool:
        return get_kind(self.view.kind).takes_back

    @property
    def public(self) -> dict[str, Any]:
        return self.view.public

    @property
    def prompt(self) -> str:
        return str(self.view.public["prompt"])

    @property
    def value(self) -> Any:
        return self.view.response

    @property
    def sequence(self) -> int:
        return self.view.sequence

    @property
    def flagged(self) -> bool:
        return self.view.flagged

    @property
    def state(self) -> str:
        return self.view.state.value

    @property
    def answered(self) -> bool:
        return self.view.state is not AnswerState.EMPTY

    @property
    def words(self) -> str:
        return state_words(self.view.state, flagged=self.view.flagged)

    @property
    def hint(self) -> str:
        return str(get_kind(self.view.kind).instruction)

    @property
    def remark(self) -> str:
        return self.view.hint

    @property
    def template(self) -> str:
        return self.view.template

    @property
    def asks_certainty(self) -> bool:
        return self.view.asks_certainty

    @property
    def certainty(self) -> int | None:
        return self.view.certainty

    @property
    def certainty_choices(self) -> list[Choice]:
        return choices(self.view.certainty) if self.view.asks_certainty else []

    @property
    def certainty_line(self) -> str:
        """What was said where it cannot be said any more; empty where nothing was."""
        if self.view.asks_certainty or self.view.certainty is None:
            return ""
        return _("How sure you were before the first check: %(level)s") % {"level": level_words(self.view.certainty)}

    @property
    def told(self) -> Told | None:
        """What practice says of the tries; None in a test."""
        return self.view.told

    @property
    def done(self) -> bool:
        """Whether nothing is left to try: the answer can be looked at, and no longer changed."""
        return self.view.told is not None and self.view.told.done

    @property
    def told_verdict(self) -> str:
        """Of the last try; empty before the first."""
        told = self.view.told
        if told is None or told.score is None:
            return ""
        return "right" if told.right else "partly" if told.score > 0 else "wrong"

    @property
    def told_words(self) -> str:
        """The same for people who listen: what came out, and what they can do now."""
        words = {"right": _("Right."), "partly": _("Partly right."), "wrong": _("Not right.")}.get(self.told_verdict)
        return f"{words} {tries_words(self.view.told)}" if words and self.view.told else ""

    @property
    def tries_words(self) -> str:
        return tries_words(self.view.told) if self.view.told else ""

    @property
    def prefix(self) -> str:
        """For ids in the page."""
        return f"q{self.view.position}"


def counts(view: AttemptView) -> str:
    """`3 of 10 answered · 1 to check`."""
    return _("%(answered)d of %(total)d answered · %(flagged)d to check") % {
        "answered": sum(question.state is not AnswerState.EMPTY for question in view.questions),
        "total": len(view.questions),
        "flagged": len(view.flagged),
    }


def attempt_urls(attempt: Attempt) -> dict[str, str]:
    """The addresses of one attempt."""
    uuid = {"uuid": attempt.uuid}
    return {
        "save_url": reverse("assessments:save", kwargs=uuid),
        "flag_url": reverse("assessments:flag", kwargs=uuid),
        "resume_url": reverse("assessments:resume", kwargs=uuid),
        "state_url": reverse("assessments:state", kwargs=uuid),
        "review_url": reverse("assessments:review", kwargs=uuid),
        "submit_url": reverse("assessments:submit", kwargs=uuid),
        "result_url": reverse("assessments:result", kwargs=uuid),
        # The player's script puts the position in; 0 is no position.
        "url_pattern": reverse("assessments:player", kwargs={**uuid, "position": 0}),
    }


def question_screens(view: AttemptView) -> list[QuestionScreen]:
    """All questions of an attempt with their addresses. No query."""
    attempt = view.attempt
    pattern, sections = attempt_urls(attempt)["url_pattern"].removesuffix("0/"), attempt.sections
    over, sequential = attempt.hand_in_only(timezone.now()), attempt.is_sequential
    return [
        QuestionScreen(
            question,
            f"{pattern}{question.position}/",
            section_of(sections, question.position),
            may_change=not over and (not sequential or question.position == attempt.reached),
            is_known=not sequential or question.position <= attempt.reached,
        )
        for question in view.questions
    ]


_TIME_IS_UP = {
    Overdue.AUTOSUBMIT: gettext_lazy("The time is up. Your answers are being submitted."),
    Overdue.GRACE: gettext_lazy("The time is up. Now you can hand in, and change nothing any more."),
    Overdue.ABANDON: gettext_lazy("The time is up."),
}


def time_words(overdue: Overdue) -> dict[str, str]:
    """What is said while the time runs out. `{name}` is filled in by the script."""
    hand_in = "" if overdue is Overdue.AUTOSUBMIT else " " + _("Remember to hand in.")
    return {
        "minutes": _("{minutes} minutes left") + (hand_in and "." + hand_in),
        "one_minute": _("One minute left") + (hand_in and "." + hand_in),
        "time_is_up": str(_TIME_IS_UP[overdue]),
    }


def player_words(title: str, overdue: Overdue) -> dict[str, str]:
    """What the player's script says. `{name}` is filled in there."""
    return {
        "title": _("Question {position} of {total}") + f" · {title}",
        "answered": _("answered"),
        "partial": _("partly answered"),
        "open": _("open"),
        "flagged": _("check later"),
        "counts": _("{answered} of {total} answered · {flagged} to check"),
        "not_checked": _("This could not be checked just now. Your answer is kept; try again in a moment."),
        "understood": _("Understood as {number}"),
        "not_yet": _("Some answers are still on this device only."),
        **time_words(overdue),
    }
