"""Extended text elsewhere: Moodle's essay, QTI's extended text. The rubric stays here; nobody else has one like it."""

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.questions import Question
from assessments.exchange.raw import children, own, say

MAX_WORDS = 1500


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "essay":
        return None
    extras = question.extras
    if extras.get("responseformat") == "noinline":
        return None  # files only
    if str(extras.get("attachments") or "0") != "0":
        question.lose(_("Files may be attached there; here the answer is text."))
        least = str(extras.get("attachmentsrequired") or "0")
        if least != "0":
            question.lose(_("At least %(count)s files have to be attached there.") % {"count": least[:10]})
    if extras.get("responsetemplate"):
        question.lose(
            _("The text that the answer begins with: “%(text)s”") % {"text": extras["responsetemplate"][:120]}
        )
    for answer in question.answers:
        if answer.feedback:
            question.lose(_("Feedback on the answer as a whole: “%(text)s”") % {"text": answer.feedback[:120]})
    question.lose(_("It has no rubric yet; it needs one before it is published."))
    return {
        **say("prompt", question.text, language),
        **say("sample", str(extras.get("graderinfo") or ""), language),
        **say("feedback", question.feedback, language),
        **_limits(question),
    }


def _limits(question: Question) -> Raw:
    """Numbers of words; none where Moodle has none, so that what is here stays."""
    found = {}
    for name, theirs in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        text = str(question.extras.get(theirs) or "")
        if text.isdigit() and 0 < int(text) <= MAX_WORDS:
            found[name] = int(text)
        elif text.strip("0"):
            question.lose(
                _("The limit of %(count)s words; here one has at most %(most)d.")
                % {"count": text[:20], "most": MAX_WORDS}
            )
    return found


def write_question(raw: Raw, language: str) -> Question:
    question = Question("essay", own(raw, "prompt", language), feedback=own(raw, "feedback", language))
    question.extras = {"responseformat": "plain", "responserequired": "1", "attachments": "0"}
    if sample := own(raw, "sample", language):
        question.extras["graderinfo"] = sample
    for name, theirs in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        if raw.get(name):
            question.extras[theirs] = str(raw[name])
    if children(raw, "rubric"):
        question.lose(_("The rubric has no place there."))
    return question
