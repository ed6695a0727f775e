"""The review matrix in plain words: for the trainer who sets it, and for the learner before the start."""

from django.utils.translation import gettext as _

from assessments.enums import ReviewCell, ReviewMoment
from assessments.reviewing import QUESTION_CELLS, RIGHT_AFTER_PERIOD, Cells, Review


def and_words(words: list[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def cell_words(cells: Cells) -> str:
    """`your score, your answers and why`: what one sees, as the object of "you see"."""
    words = {
        ReviewCell.SCORE: _("your score by topic"),
        ReviewCell.ANSWER: _("your answers"),
        ReviewCell.CORRECTNESS: _("what was right or wrong"),
        ReviewCell.KEY: _("the right answers"),
        ReviewCell.FEEDBACK: _("the explanations"),
    }
    return and_words([text for cell, text in words.items() if cell in cells])


def _sentence(moments: tuple[ReviewMoment, ...], cells: Cells) -> str:
    """One sentence about moments that show the same. `moments` is a run of the three, in order."""
    seen = _("whether you have passed, %(what)s") % {"what": cell_words(cells)} if cells else ""
    seen = seen or _("only whether you have passed")
    minutes = int(RIGHT_AFTER_PERIOD.total_seconds()) // 60
    if moments[0] is ReviewMoment.RIGHT_AFTER:
        if len(moments) == 1:
            text = _("For %(minutes)d minutes after submitting you see: %(what)s.")
        elif moments[-1] is ReviewMoment.LATER:
            text = _("After submitting, until the test closes, you see: %(what)s.")
        else:
            text = _("After submitting you see: %(what)s.")
    elif moments[0] is ReviewMoment.LATER:
        text = (
            _("Later you see: %(what)s.") if len(moments) > 1 else _("Later, until the test closes, you see: %(what)s.")
        )
    else:
        text = _("After the test has closed you see: %(what)s.")
    return text % {"minutes": minutes, "what": seen}


def _during(cells: Cells) -> list[str]:
    """What a check tells in practice; nothing of a test."""
    if not cells:
        return []
    told = [
        _("After each check you see: %(what)s.") % {"what": cell_words(cells - {ReviewCell.ANSWER, ReviewCell.KEY})}
    ]
    if ReviewCell.KEY in cells:
        told.append(_("Once a question is right or its tries are used up, you see the right answer as well."))
    return told


def review_sentences(review: Review, *, closes: bool) -> list[str]:
    """What a learner will see when, in one sentence for each time that differs. `closes`: the test has a closing time.

    Without a closing time the last column of the matrix never comes, so it is not spoken of.
    """
    runs: list[tuple[tuple[ReviewMoment, ...], Cells]] = []
    for moment in (ReviewMoment.RIGHT_AFTER, ReviewMoment.LATER, ReviewMoment.AFTER_CLOSE):
        cells = review.at(ReviewMoment.LATER if moment is ReviewMoment.AFTER_CLOSE and not closes else moment)
        if runs and runs[-1][1] == cells:
            runs[-1] = ((*runs[-1][0], moment), cells)
        else:
            runs.append(((moment,), cells))
    found = [*_during(review.during), *(_sentence(moments, cells) for moments, cells in runs)]
    if review.until_passed and any(cells & QUESTION_CELLS for _moments, cells in runs):
        found.append(_("Of the single questions you see nothing before you have passed the test."))
    return found


def change_sentence(before: Cells, after: Cells, *, when: str) -> str:
    """What the next moment adds, or else takes away; empty when nothing changes. `when` is a time in words."""
    if after - before:
        return _("From %(time)s on you also see here: %(what)s.") % {"time": when, "what": cell_words(after - before)}
    if before - after:
        return _("From %(time)s on you no longer see here: %(what)s.") % {
            "time": when,
            "what": cell_words(before - after),
        }
    return ""
