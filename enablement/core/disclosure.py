"""How many people a number must be about to be shown: privacy's one threshold for every statistic of the product."""

MINIMUM_GROUP = 5


def is_small(people: int) -> bool:
    """A group that exists and is too small to be told about. An empty group tells about nobody."""
    return 0 < people < MINIMUM_GROUP
