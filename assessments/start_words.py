"""What a test's rules mean for the person who is about to start, and what counts of attempts: in plain words."""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.allowances import Allowance
from assessments.certainty_words import announced
from assessments.counting import Standing
from assessments.enums import Behaviour, GradeMethod, Navigation, Overdue, TryPenalty
from assessments.models import Attempt
from assessments.review_words import and_words
from assessments.selectors.quizzes import StartCard, moment

Rule = tuple[str, str]  # icon, sentence
WHOLE = 100  # percent


def rules(card: StartCard) -> list[Rule]:
    """What will happen, from the opening of the test to what is seen of the result."""
    told = _running(card) + _times(card) + [("user-check", sentence) for sentence in _exception(card)]
    told.append(("cloud-check", _("Each answer saves itself within a second. If the network fails, just go on.")))
    told += _limit(card)
    if sections := card.sections:
        names = ", ".join(one.heading for one in sections)
        told.append(("list-checks", _("The questions come in sections: %(names)s.") % {"names": names}))
    told += _asking(card)
    if card.definition is not None and card.definition.asks_certainty:
        told.append(("gauge", announced()))
    told.append(("target", _counting(card)))
    told += _attempts(card)
    return told + [("eye", sentence) for sentence in card.review_sentences]


def _running(card: StartCard) -> list[Rule]:
    """That the rules below are those of the next attempt, and until when the running one goes on."""
    if card.open_attempt is None:
        return []
    if card.open_attempt.deadline_at is None:
        return [("play", _("Your attempt that runs keeps the rules with which it began."))]
    sentence = _("Your attempt that runs ends: %(time)s. It keeps the rules with which it began.")
    return [("play", sentence % {"time": moment(card.open_attempt.deadline_at)})]


def _attempts(card: StartCard) -> list[Rule]:
    """How many there are, and how long one waits between two."""
    told: list[Rule] = []
    if card.attempts_allowed == 1:
        return told
    if card.attempts_left is not None:
        sentence = _("You have %(count)d attempts; %(left)d of them are left.")
        told.append(("list-checks", sentence % {"count": card.attempts_allowed, "left": card.attempts_left}))
    if card.delay_minutes:
        waiting = ngettext(
            "If it does not work out, the next attempt opens %(count)d minute later. It asks new questions first.",
            "If it does not work out, the next attempt opens %(count)d minutes later. It asks new questions first.",
            card.delay_minutes,
        ) % {"count": card.delay_minutes}
        told.append(("repeat", waiting))
    return told


def _asking(card: StartCard) -> list[Rule]:
    """How questions are asked: checked one by one in practice, handed in together in a test."""
    page = card.definition
    if page is None or page.behaviour != Behaviour.PRACTICE:
        return [_moving(card)]
    tries = ngettext(
        "You check each question yourself and see at once what was right. There is %(count)d try.",
        "You check each question yourself and see at once what was right. There are %(count)d tries, with hints.",
        page.tries,
    ) % {"count": page.tries}
    told = [("life-buoy", tries)]
    if page.tries > 1:
        price = _("Each further try costs of the question's points: %(penalty)s.")
        told.append(("coins", price % {"penalty": TryPenalty(page.try_penalty).label}))
    if page.navigation == Navigation.SEQUENTIAL:
        return [*told, _moving(card)]
    changing = _("You can move freely between the questions. One that is right or has no tries left stays as it is.")
    return [*told, ("flag", changing)]


def _times(card: StartCard) -> list[Rule]:
    """From when to when the test is open, and what closing does to a running attempt."""
    told = []
    if card.opens_at is not None and card.opens_at > timezone.now():
        told.append(("calendar-clock", _("The test opens: %(time)s.") % {"time": moment(card.opens_at)}))
    if card.closes_at is not None:
        sentence = _("The test closes: %(time)s. An attempt that runs then ends at that time.")
        told.append(("calendar-clock", sentence % {"time": moment(card.closes_at)}))
    return told


def allowance_words(allowance: Allowance) -> list[str]:
    """What an exception gives, apart from another closing: `15 minutes more`, `1 attempt more`."""
    told = []
    if allowance.extra_minutes:
        words = ngettext("%(count)d minute more", "%(count)d minutes more", allowance.extra_minutes)
        told.append(words % {"count": allowance.extra_minutes})
    if allowance.time_multiplier > WHOLE:
        told.append(_("%(percent)d%% of the usual time") % {"percent": allowance.time_multiplier})
    if allowance.extra_attempts:
        words = ngettext("%(count)d attempt more", "%(count)d attempts more", allowance.extra_attempts)
        told.append(words % {"count": allowance.extra_attempts})
    return told


def _exception(card: StartCard) -> list[str]:
    """What this person is allowed beyond the rules, as far as the test has such a rule."""
    allowance = card.allowance
    if card.minutes is None:
        allowance = replace(allowance, extra_minutes=0, time_multiplier=WHOLE)
    if card.attempts_left is None:
        allowance = replace(allowance, extra_attempts=0)
    told = []
    if what := allowance_words(allowance):
        told.append(_("An exception was made for you. You have: %(what)s.") % {"what": and_words(what)})
    if card.closes_at is not None and card.closes_at == allowance.closes_at:
        told.append(_("The test closes later for you than for others."))
    if told and allowance.expires_at is not None:
        told.append(_("This holds for attempts that you start by: %(time)s.") % {"time": moment(allowance.expires_at)})
    return [" ".join(told)] if told else []


def _limit(card: StartCard) -> list[Rule]:
    """How long one has, and what happens at the end of it: of the time limit, or when the test closes."""
    overdue = Overdue(card.definition.overdue) if card.definition else Overdue.AUTOSUBMIT
    end = end_line(overdue, card.definition.hand_in_minutes if card.definition else 0)
    if card.minutes is None:
        told = [("hourglass", _("There is no time limit. You can leave at any time and go on later."))]
        return told + ([("timer", end)] if end and card.closes_at is not None else [])
    if not end:
        text = _("The time runs from the start, also while you are away. At the end, what is saved counts.")
    else:
        text = " ".join((_("The time runs from the start, also while you are away."), end))
    if card.extra_time_percent:
        text = " ".join((text, _("Your extra time is in the time limit above.")))
    return [("timer", text)]


def end_line(overdue: Overdue, hand_in_minutes: int) -> str:
    """What becomes of an attempt when its time is up; empty where simply what is saved counts."""
    if overdue is Overdue.AUTOSUBMIT:
        return ""
    if overdue is Overdue.ABANDON:
        return _("Hand in before the time is up: what is not handed in then counts as nothing.")
    sentence = ngettext(
        "When the time is up, nothing can be changed any more; then you have %(count)d minute to hand in. "
        "What is not handed in counts as nothing.",
        "When the time is up, nothing can be changed any more; then you have %(count)d minutes to hand in. "
        "What is not handed in counts as nothing.",
        hand_in_minutes,
    )
    return sentence % {"count": hand_in_minutes}


def what_the_end_means(attempt: Attempt) -> str:
    """The same while the attempt runs, by its own rules; empty where no end is set."""
    return end_line(attempt.overdue, attempt.policy.get("hand_in_minutes", 0)) if attempt.deadline_at else ""


def hand_in_line(attempt: Attempt) -> str:
    """What is left to do when the time is up; there is an end to that, too."""
    if attempt.overdue is Overdue.GRACE and attempt.closes_at is not None:
        sentence = _(
            "The time is up, your answers are kept. Hand in by %(time)s: what is not handed in then counts as nothing."
        )
        return sentence % {"time": moment(attempt.closes_at)}
    return _("The time is up, your answers are kept. Hand in at once: in a few seconds this attempt counts as nothing.")


def _moving(card: StartCard) -> Rule:
    if card.definition is not None and card.definition.navigation == Navigation.SEQUENTIAL:
        sentence = _("One question comes after the other: once you go on, you cannot go back to change an answer.")
        return ("arrow-right", sentence)
    return ("flag", _("You can move freely between the questions, mark some, and change answers until the end."))


def _counting(card: StartCard) -> str:
    """When one passes, and what counts of several attempts."""
    if card.grade_method is GradeMethod.FIRST and card.standing is not None:
        return _("Your first attempt has counted. From now on you practise; that changes nothing.")
    text = {
        GradeMethod.HIGHEST: _("You pass from %(percent)d%% on. The best attempt counts."),
        GradeMethod.LATEST: _("You pass from %(percent)d%% on. The latest attempt counts, also if it is a worse one."),
        GradeMethod.FIRST: _("You pass from %(percent)d%% on. Only the first attempt counts; later ones are practice."),
        GradeMethod.MEAN: _("You pass when the mean of all your attempts reaches %(percent)d%%."),
    }[card.grade_method]
    if card.attempts_allowed == 1:
        text = _("You pass from %(percent)d%% on. There is one attempt.")
    return text % {"percent": card.pass_mark}


def counts_line(counts: Standing | None, *, shown: bool) -> str:
    """Which of several attempts count, and what comes of it; empty as long as there is but one.

    `shown`: its score may be told.
    """
    if counts is None or counts.attempts < 2:
        return ""
    percent = int(counts.score_scaled * 100)
    if shown:
        text = {
            GradeMethod.HIGHEST: _("Your best attempt counts: %(percent)d%%, %(result)s."),
            GradeMethod.LATEST: _("Your latest attempt counts: %(percent)d%%, %(result)s."),
            GradeMethod.FIRST: _("Your first attempt counts: %(percent)d%%, %(result)s."),
            GradeMethod.MEAN: _("The mean of your attempts counts: %(percent)d%%, %(result)s."),
        }[counts.method]
    else:
        text = {
            GradeMethod.HIGHEST: _("Your best attempt counts: %(result)s."),
            GradeMethod.LATEST: _("Your latest attempt counts: %(result)s."),
            GradeMethod.FIRST: _("Your first attempt counts: %(result)s."),
            GradeMethod.MEAN: _("The mean of your attempts counts: %(result)s."),
        }[counts.method]
    return text % {"percent": percent, "result": _("passed") if counts.passed else _("not passed")}
