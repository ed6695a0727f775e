"""What somebody's certainty came to. For their own eyes: `selectors.results` alone may ask, for the attempt's owner."""

from collections.abc import Mapping, Sequence

from assessments.behaviours.certainty import Said
from assessments.models import AttemptItem, Response
from assessments.selectors.checks import Tries


def said_by_item(
    items: Sequence[AttemptItem], responses: Mapping[int, Response], tries: Mapping[int, Tries]
) -> dict[int, Said]:
    """Attempt item id → the answer with its certainty, of one attempt: what `calibrated` makes a calibration of.

    It follows from right and wrong, so call it only where those may be seen. It uses the grades of now: a question that
    was graded again counts as it is graded now.
    """
    return {item.pk: _said(item, responses.get(item.pk), tries.get(item.pk)) for item in items}


def _said(item: AttemptItem, response: Response | None, tries: Tries | None) -> Said:
    """An answer with its certainty. In practice the first try is meant: after a check one knows."""
    if response is None or response.value is None or not item.asks_certainty:
        return Said(0, None)
    score = item.score
    if tries is not None and tries.values:
        outcome = item.item_version.kind_object.grade(item.content, tries.values[0])
        score = outcome.score if outcome is not None else None
    return Said(float(score or 0), response.certainty, float(item.weight))
