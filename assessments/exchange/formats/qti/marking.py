"""What writing an item and writing its rules share."""

from assessments.exchange.questions import Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import element, escaped

# What is written as the expected size of a field: it says nothing about the item, so reading it back is no loss.
LENGTHS = {"numerical": "12", "gap": "20", "shortanswer": "30"}
LINES = "10"


def paragraphs(text: str) -> str:
    """Paragraphs and lines."""
    parts = [escaped(part).replace("\n", "<br/>") for part in tidy(text).split("\n\n")]
    return "".join(element("p", part) for part in parts if part)


def line_of(text: str) -> str:
    return escaped(text).replace("\n", "<br/>")


def ids_of(question: Question) -> list[str]:
    return [f"id_{answer.ident or number}" for number, answer in enumerate(question.answers, 1)]


def literal(text: str) -> str:
    """The text that a variant stands for; empty where it stands for many."""
    bare = text.replace("\\\\", "\0").replace("\\*", "\1")
    return "" if "*" in bare else bare.replace("\1", "*").replace("\0", "\\")
