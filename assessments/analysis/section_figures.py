"""The figures of the sections of a test: each of them as if it were a test of its own."""

from typing import Any

from assessments.analysis import formulas
from assessments.analysis.columns import Columns
from assessments.analysis.quiz_figures import alpha, marks, scores
from assessments.analysis.sectioning import Sectioning
from enablement.core.disclosure import MINIMUM_GROUP


def section_figures(columns: Columns, sectioning: Sectioning) -> list[dict[str, Any]]:
    """One entry for each section that somebody had, in the order of the test: names, `people`, and figures by name.

    `people` is 0 and there are no figures where fewer than five people had it; nor where it was had by all but fewer
    than five, because those few would be what is left between the test and its sections.
    """
    everybody = _people(columns)
    found: list[tuple[int, dict[str, Any]]] = []
    for number, heading in enumerate(sectioning.headings):
        part = columns.of_section(number)
        if not part.attempts:
            continue
        people = _people(part)
        withheld = people < MINIMUM_GROUP or 0 < everybody - people < MINIMUM_GROUP
        figures = {"people": 0} if withheld else {"people": people, **_figures(part)}
        entry = {"heading_de": heading.german, "heading_en": heading.english, **figures}
        found.append((sectioning.place(heading), entry))
    return [entry for _place, entry in sorted(found, key=lambda one: one[0])]


def _figures(part: Columns) -> dict[str, Any]:
    reached = scores(part)
    return {
        "questions": part.attempt.size / part.attempts,
        "facility": formulas.mean(reached),
        "deviation": formulas.deviation(reached),
        "alpha": alpha(part, marks(part)),
    }


def _people(columns: Columns) -> int:
    return len(set(columns.people.tolist()))
