"""A plan becomes drafts, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessments.exchange.items import ForAll
from assessments.exchange.library import no_files_of_a_failure, store_pictures
from assessments.exchange.pictures import numbered
from assessments.exchange.plan import Action, ImportPlan, Planned, plan_import
from assessments.models import Item
from courses.models import Activity
from enablement.core.errors import DomainError
from people.models import User


def apply_import(
    content: bytes, *, format_name: str, language: str, actor: User | None, for_all: ForAll | None = None
) -> ImportPlan:
    """Read, plan and write: new items as drafts, changed ones as a new draft revision; nothing goes live.

    All of it or nothing, the files of pictures too. Returns the plan; if the file cannot be read, nothing was written.
    Running it again changes nothing. Raises DomainError when somebody else imports the same items at this moment.
    """
    try:
        with no_files_of_a_failure(), transaction.atomic():
            plan = plan_import(content, format_name=format_name, language=language, for_all=for_all)
            if plan.ok:
                _write(plan, actor)
    except IntegrityError as error:
        raise DomainError(_("Somebody else is importing the same items. Nothing was changed; try again.")) from error
    return plan


def _write(plan: ImportPlan, actor: User | None) -> None:
    changed = plan.of(Action.CHANGED)
    stored = store_pictures(plan.new_pictures, uploader=actor)
    plan.stored_pictures = len(stored)
    for planned in (*plan.of(Action.NEW), *changed):
        planned.raw = numbered(planned.raw, stored)
    known = [planned.known.pk for planned in changed if planned.known is not None]
    instances = {item.pk: item for item in Item.objects.select_for_update().filter(pk__in=known).order_by("pk")}
    lessons = _lessons([*plan.of(Action.NEW), *changed])
    for planned in plan.of(Action.NEW):
        _save(Item(key=planned.key, live=False), planned, lessons, actor)
    for planned in changed:
        if planned.known is not None:
            row = instances[planned.known.pk]
            _save(row.get_latest_revision_as_object() if row.latest_revision_id else row, planned, lessons, actor)


def _lessons(items: Sequence[Planned]) -> dict[str, Activity]:
    keys = {UUID(planned.values["lesson"]) for planned in items if planned.values.get("lesson")}
    return {str(activity.key): activity for activity in Activity.objects.filter(key__in=keys)}


def _save(item: Item, planned: Planned, lessons: dict[str, Activity], actor: User | None) -> None:
    for name, value in planned.values.items():
        setattr(item, name, lessons[value] if name == "lesson" else value)
    place = {"id": str(item.body[0].id)} if item.body else {}
    body = [{"type": planned.source.kind, "value": planned.raw, **place}]
    item.body = item._meta.get_field("body").to_python(body)
    item.tags.set(sorted(planned.tags))
    if not item.live:  # what is live changes when the draft is published
        item.save()
    item.save_revision(user=actor, log_action=True)
