"""Rules over several pages: which modules wait for which, and what may stand on a path once only."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from wagtail.models import Revision

Graph = dict[UUID, set[UUID]]


def keys_of_pages(stream: Iterable[Any]) -> list[UUID]:
    """Translation keys of the pages that a stream of choosers names, in order; emptied choosers are left out."""
    return [child.value.translation_key for child in stream if child.value is not None]


def _chosen_ids(raw: Any) -> list[int]:
    """Page ids in the stored form of a stream of page choosers, as a column or a revision holds it."""
    stream = json.loads(raw) if isinstance(raw, str) else raw
    return [item["value"] for item in stream or [] if isinstance(item.get("value"), int)]


def prerequisite_graph(*, without: UUID) -> tuple[Graph, dict[UUID, str]]:
    """Which module waits for which, over all live pages and all latest drafts, and the modules' titles.

    Drafts count: two trainers who each name the other's module in a draft would publish a circle. The edges that leave
    `without` are left out, because its page is the one being checked. Four queries, whatever the number of modules.
    """
    module_page = apps.get_model("courses", "ModulePage")
    pages = list(module_page.objects.filter(~Q(translation_key=None)).defer("outcomes"))
    key_of = {page.pk: page.translation_key for page in pages}
    chosen: dict[UUID, list[int]] = {}
    for page in pages:
        chosen.setdefault(page.translation_key, []).extend(_chosen_ids(list(page.prerequisites.raw_data)))
    drafts = Revision.objects.filter(pk__in=[page.latest_revision_id for page in pages if page.latest_revision_id])
    for object_id, content in drafts.values_list("object_id", "content"):
        if (key := key_of.get(int(object_id))) is not None:
            chosen[key].extend(_chosen_ids(content.get("prerequisites")))
    graph = {key: {key_of[pk] for pk in ids if pk in key_of} for key, ids in chosen.items() if key != without}
    return graph, {page.translation_key: page.draft_title or page.title for page in pages}


def find_cycle(start: UUID, requires: Iterable[UUID], graph: Graph) -> list[UUID] | None:
    """The shortest circle that begins and ends at `start` when it waits for `requires`; None when there is none."""
    trails: list[list[UUID]] = [[start, key] for key in requires]
    seen: set[UUID] = set()
    while trails:
        trail = trails.pop(0)
        last = trail[-1]
        if last == start:
            return trail
        if last not in seen:
            seen.add(last)
            trails += [[*trail, key] for key in sorted(graph.get(last, ()))]
    return None
