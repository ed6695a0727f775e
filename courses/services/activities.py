"""Mirroring pages into activities, path steps and prerequisites."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from courses.enums import ActivityKind
from courses.models import Activity, ActivityPage, LearningPathPage, ModulePage, PathStep, Prerequisite

OUTLINED = (ActivityKind.MODULE, ActivityKind.PATH)
_TITLES = {"de": "title_de", "en": "title_en"}
# What people read of an activity, and what completes nothing.
_TOLD = {"title_de", "title_en", "minutes", "code"}


def _language(page: Page) -> str:
    return str(page.locale.language_code).split("-")[0]


def _translations(model: type[ActivityPage], key: Any) -> list[ActivityPage]:
    """All language versions as the database has them, the default language first.

    Read again on purpose: the instance in a signal may carry the values of a draft, which are in no live page yet.
    """
    pages = list(model.objects.filter(translation_key=key).select_related("locale"))
    default = settings.LANGUAGE_CODE.split("-")[0]
    return sorted(pages, key=lambda page: (_language(page) != default, page.locale_id))


def _first_live(pages: list[ActivityPage]) -> datetime:
    published = [page.first_published_at for page in pages if page.live and page.first_published_at]
    return min(published, default=timezone.now())


@transaction.atomic
def sync_activity(page: Page) -> Activity:
    """Mirror a page (any language version of it) into its activity, and its siblings' order.

    The page of the default language decides structure, the others add their titles; live means live in any language.
    Raises TypeError for a page that stands for no activity.
    """
    model = type(page) if isinstance(page, ActivityPage) else page.specific_class
    if model is None or not issubclass(model, ActivityPage):
        raise TypeError(f"{page!r} stands for no activity")
    pages = _translations(model, page.translation_key)
    if not pages:
        return retire_activity(page)
    source = pages[0]
    live = [each for each in pages if each.live]
    fields: dict[str, Any] = {"kind": source.activity_kind, **source.activity_fields()}
    for each in pages:
        fields[_TITLES.get(_language(each), "title_de")] = each.title
    fields["parent"] = _parent_of(source)
    fields["is_live"] = bool(live)
    activity, created = Activity.objects.get_or_create(key=source.translation_key, defaults=fields)
    before = activity.parent_id
    changed = [] if created else [name for name, value in fields.items() if getattr(activity, name) != value]
    for name in changed:
        setattr(activity, name, fields[name])
    if live and activity.first_live_at is None:
        activity.first_live_at = _first_live(pages)
        changed.append("first_live_at")
    if changed:
        activity.save(update_fields=changed)
    if not _TOLD.issuperset(changed):
        _note_change(activity.pk, activity.parent_id, before)
    _sync_order(source)
    activity.refresh_from_db(fields=["position"])
    if isinstance(source, LearningPathPage):
        _sync_steps(activity, source)
    elif isinstance(source, ModulePage):
        _sync_prerequisites(activity, source)
    return activity


def _note_change(*activities: int | None) -> None:
    """Their running enrolments are to be looked at again; see `courses.tasks.refresh_enrollments`."""
    known = [pk for pk in activities if pk is not None]
    Activity.objects.filter(pk__in=known, kind__in=OUTLINED).update(outline_changed_at=timezone.now())


def _parent_of(page: ActivityPage) -> Activity | None:
    """The module of a lesson or quiz. Modules and paths have none: a module can stand on many paths."""
    if page.activity_kind in OUTLINED:
        return None
    return _activity_for(page.get_parent())


def _activity_for(page: Page) -> Activity | None:
    """The activity of a page, made when the page has none yet; None for a page that stands for none."""
    activity = Activity.objects.filter(key=page.translation_key).first()
    if activity is None and page.specific_class is not None and issubclass(page.specific_class, ActivityPage):
        activity = sync_activity(page)
    return activity


def _sync_order(page: ActivityPage) -> None:
    """Siblings take the order of the page tree: moving one page shifts others without a signal for them."""
    keys = list(page.get_siblings(inclusive=True).order_by("path").values_list("translation_key", flat=True))
    rank = {key: number for number, key in enumerate(keys)}
    moved = []
    for activity in Activity.objects.filter(key__in=keys):
        if activity.position != rank[activity.key]:
            activity.position = rank[activity.key]
            moved.append(activity)
    Activity.objects.bulk_update(moved, ["position"])


def _sync_steps(path: Activity, page: LearningPathPage) -> None:
    wanted: dict[int, tuple[int, str]] = {}
    for number, step in enumerate(page.steps):
        module_page = step.value["module"]
        module = _activity_for(module_page) if module_page is not None else None
        if module is not None:
            wanted.setdefault(module.pk, (number, step.value["audience"]))
    removed, _kinds = PathStep.objects.filter(path=path).exclude(module__in=wanted).delete()
    if removed:
        _note_change(path.pk)
    present = {step.module_id: step for step in PathStep.objects.filter(path=path)}
    for module_id, (number, audience) in wanted.items():
        known = present.get(module_id)
        if known is None:
            PathStep.objects.create(path=path, module_id=module_id, position=number, audience=audience)
        elif (known.position, known.audience) != (number, audience):
            known.position, known.audience = number, audience
            known.save(update_fields=["position", "audience"])
            _note_change(path.pk)


def _sync_prerequisites(module: Activity, page: ModulePage) -> None:
    required = [_activity_for(block.value) for block in page.prerequisites if block.value is not None]
    wanted = {activity.pk for activity in required if activity is not None and activity.pk != module.pk}
    Prerequisite.objects.filter(module=module).exclude(requires__in=wanted).delete()
    present = set(Prerequisite.objects.filter(module=module).values_list("requires_id", flat=True))
    Prerequisite.objects.bulk_create(
        (Prerequisite(module=module, requires_id=pk) for pk in sorted(wanted - present)), ignore_conflicts=True
    )


@transaction.atomic
def retire_activity(page: Page) -> Activity:
    """A page is gone. The activity and all records stay; without another live language version it is no longer live.

    When no version of a module is left, it leaves its paths and opens what waited for it: nobody could ever meet that
    condition again. An unpublished module, in contrast, keeps its place and is "coming soon".
    """
    model = cast("type[ActivityPage]", type(page))
    rest = list(model.objects.filter(translation_key=page.translation_key).values_list("live", flat=True))
    defaults = {"kind": page.activity_kind, "title_de": page.title}
    activity, _created = Activity.objects.get_or_create(key=page.translation_key, defaults=defaults)
    if not any(rest):
        activity.is_live = False
        activity.required = activity.required and bool(rest)
        activity.save(update_fields=["is_live", "required"])
    _note_change(activity.pk, activity.parent_id)
    if not rest:
        _note_change(*PathStep.objects.filter(module=activity).values_list("path", flat=True))
        PathStep.objects.filter(module=activity).delete()
        Prerequisite.objects.filter(requires=activity).delete()
    return activity
