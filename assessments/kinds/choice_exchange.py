"""What single and multiple choice share when they travel: options with texts, marks and feedback."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near, percent, share
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say

MAX_OPTIONS = 10


def read_options(question: Question, language: str, *, right: set[int]) -> Raw:
    """The block of a choice question whose right answers stand at these places. Raises NotRepresentableError."""
    if len(question.answers) > MAX_OPTIONS:
        raise NotRepresentableError(
            _("It has %(count)d answers; an item has at most %(most)d.")
            % {"count": len(question.answers), "most": MAX_OPTIONS}
        )
    options = [
        {
            "correct": place in right,
            **say("text", answer.text, language),
            **say("feedback", answer.feedback, language),
        }
        for place, answer in enumerate(question.answers)
    ]
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "options": listed(options, [answer.ident for answer in question.answers]),
    }


def write_options(raw: Raw, language: str, *, right: Decimal, wrong: Decimal) -> Question:
    """A multiple-choice question whose answers are worth these percents."""
    answers = [
        Answer(
            own(option, "text", language),
            right if option.get("correct") else wrong,
            own(option, "feedback", language),
            ident=ident,
        )
        for ident, option in children(raw, "options")
    ]
    if len(answers) < 2 or not all(answer.text for answer in answers):
        raise NotRepresentableError(_("An answer has no text in this language."))
    return Question(
        "multichoice", own(raw, "prompt", language), feedback=own(raw, "feedback", language), answers=answers
    )


def note_wordless(question: Question) -> None:
    """Take out wrong answers that show nothing, and note it. Raises NotRepresentableError for others."""
    empty = [answer for answer in question.answers if not answer.text and answer.picture is None]
    if any(answer.fraction > 0 for answer in empty):
        raise NotRepresentableError(_("An answer that earns marks has no text."))
    if empty:
        question.lose(_("A wrong answer without a text is left out."))
        question.answers = [answer for answer in question.answers if all(answer is not one for one in empty)]


def note_fractions(question: Question, right: set[int]) -> None:
    """Note marks that are none of ours: one answer with all, or several with equal parts."""
    wrong = len(question.answers) - len(right)
    whole = sum((question.answers[place].fraction for place in right), Decimal(0))
    if not question.single and not near(whole, Decimal(100)):
        question.lose(_("Its right answers add up to %(percent)s %% there; here to 100.") % {"percent": percent(whole)})
    for place, answer in enumerate(question.answers):
        if question.single and place not in right and answer.fraction:
            question.lose(
                _("The answer “%(answer)s” is worth %(percent)s %% there; here it counts as wrong.") % worth(answer)
            )
        elif not question.single and place in right and not near(answer.fraction, share(1, len(right))):
            question.lose(
                _("The answer “%(answer)s” is worth %(percent)s %% there; here all right answers are worth the same.")
                % worth(answer)
            )
        elif not question.single and place not in right and not near(answer.fraction, -share(1, wrong)):
            question.lose(
                _("Choosing “%(answer)s” counts %(percent)s %% there; here all wrong answers take the same part.")
                % worth(answer)
            )


def worth(answer: Answer) -> dict[str, str]:
    """Answer and percent, for a sentence about a fraction that has no place."""
    return {"answer": answer.text[:60], "percent": percent(answer.fraction)}
