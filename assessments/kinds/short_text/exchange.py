"""Short text elsewhere: Moodle's short answer, with the same asterisk for any letters; QTI's text entry without it."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import percent
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say
from assessments.kinds.short_text.accepted import MAX_VARIANTS

MAX_ANSWERS = 20


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "shortanswer":
        return None
    groups: list[tuple[int, str, list[str]]] = []
    for answer in question.answers:
        text = _variant(question, answer)
        share = _share(question, answer)
        if not text:
            continue
        # Neighbours that earn the same and say the same are variants of one answer.
        if groups and groups[-1][:2] == (share, answer.feedback) and len(groups[-1][2]) < MAX_VARIANTS:
            groups[-1][2].append(text)
        else:
            groups.append((share, answer.feedback, [text]))
    if not any(share == 100 for share, _feedback, _texts in groups):
        raise NotRepresentableError(_("No answer earns full marks."))
    if len(groups) > MAX_ANSWERS:
        raise NotRepresentableError(
            _("It has %(count)d answers; an item has at most %(most)d.") % {"count": len(groups), "most": MAX_ANSWERS}
        )
    answers = [
        {"share": share, **say("variants", "\n".join(texts), language), **say("feedback", feedback, language)}
        for share, feedback, texts in groups
    ]
    case = {"match_case": question.extras["usecase"] == "1"} if "usecase" in question.extras else {}
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "answers": listed(answers),
        **case,
    }


def _variant(question: Question, answer: Answer) -> str:
    """One line; where asterisks are meant as such, they are escaped."""
    text = " ".join(answer.text.split())
    return text.replace("\\", "\\\\").replace("*", "\\*") if question.extras.get("literal") else text


def _share(question: Question, answer: Answer) -> int:
    """Whole percents from 0 to 100."""
    share = min(max(int(answer.fraction.to_integral_value()), 0), 100)
    if answer.fraction != share:
        question.lose(
            _("The answer “%(answer)s” is worth %(percent)s %% there, here %(share)d %%.")
            % {"answer": answer.text[:60], "percent": percent(answer.fraction), "share": share}
        )
    return share


def write_question(raw: Raw, language: str) -> Question:
    question = Question("shortanswer", own(raw, "prompt", language), feedback=own(raw, "feedback", language))
    for _ident, entry in children(raw, "answers"):
        for line in own(entry, "variants", language).splitlines():
            if line.strip():
                share = Decimal(int(entry.get("share", 100)))
                question.answers.append(Answer(line.strip(), share, own(entry, "feedback", language)))
    if not any(answer.fraction == 100 for answer in question.answers):
        raise NotRepresentableError(_("An answer has no text in this language."))
    question.extras["usecase"] = "1" if raw.get("match_case") else "0"
    if raw.get("umlauts", True) or raw.get("typos"):
        question.lose(_("Umlauts written otherwise, and small typing mistakes, count as wrong there."))
    return question
