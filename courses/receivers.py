"""Pages tell their activities. Connected in `CoursesConfig.ready`, for every subclass of `ActivityPage`."""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.models import Activity, ActivityPage
from courses.services import retire_activity, sync_activity
from courses.tasks import refresh_enrollments
from enablement.core.wake import wake


def mirror(instance: Any, **kwargs: Any) -> None:
    """Saved, published, unpublished or moved: mirror the page."""
    if not isinstance(instance, Page):
        return
    model = type(instance) if isinstance(instance, ActivityPage) else instance.specific_class
    if not kwargs.get("raw") and model is not None and issubclass(model, ActivityPage):
        sync_activity(instance)


def mirror_and_refresh(instance: Any, **kwargs: Any) -> None:
    """What is published, unpublished or moved can leave a running enrolment with nothing left to do.

    A corrected comma leaves everything to do: then nobody's enrolment is looked at.
    """
    mirror(instance, **kwargs)
    changed = Activity.objects.filter(outline_changed_at__isnull=False)
    for activity in changed.filter(
        Q(key=instance.translation_key) | Q(children__key=instance.translation_key)
    ).distinct():
        wake(refresh_enrollments, activity.pk)


def retire(instance: Any, **kwargs: Any) -> None:
    """After the deletion, because a whole tree is deleted at once: before it, each language sees the other one live."""
    if isinstance(instance, ActivityPage):
        activity = retire_activity(instance)
        wake(refresh_enrollments, activity.parent_id or activity.pk)


def connect() -> None:
    post_save.connect(mirror, dispatch_uid="courses.mirror")
    page_published.connect(mirror_and_refresh, dispatch_uid="courses.mirror")
    page_unpublished.connect(mirror_and_refresh, dispatch_uid="courses.mirror")
    post_page_move.connect(mirror_and_refresh, dispatch_uid="courses.mirror")
    post_delete.connect(retire, dispatch_uid="courses.retire")
