"""Writes of the item bank that concern several items at once.

Each item is logged in a context of its own: of one request's entries with the same action, Wagtail's history shows one.
"""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import LogContext, log

from assessments.models import Item
from people.models import User

REVIEWED = "assessments.reviewed"
TAGGED = "assessments.tagged"


@transaction.atomic
def confirm_reviewed(items: Sequence[Item], *, actor: User) -> int:
    """Note that somebody looked these items through and stands for them: who and when, without a new version.

    Returns how many were live and are noted. The caller has asked whether the actor may publish.
    """
    now = timezone.now()
    live = list(Item.objects.filter(pk__in=[item.pk for item in items], live=True).defer("body"))
    Item.objects.filter(pk__in=[item.pk for item in live]).update(reviewed_at=now, reviewed_by=actor)
    for item in live:
        with LogContext(user=actor):
            log(item, REVIEWED)
    return len(live)


@transaction.atomic
def retire(items: Sequence[Item], *, actor: User) -> int:
    """Unpublish them; attempts, versions and results stay. Returns how many were live. Wagtail's log notes each."""
    live = list(Item.objects.select_for_update().filter(pk__in=[item.pk for item in items], live=True))
    for item in live:
        with LogContext(user=actor):
            item.unpublish(user=actor)
    return len(live)


@transaction.atomic
def change_tags(items: Sequence[Item], *, add: Collection[str], remove: Collection[str], actor: User) -> int:
    """Add and take away tags, in what is live and in a draft that waits. Makes no version: tags are not asked.

    Returns how many items changed. The caller has asked who may: tests draw by the tags of live items.
    """
    changed = 0
    for item in Item.objects.select_for_update().filter(pk__in=[item.pk for item in items]).order_by("pk"):
        draft = item.get_latest_revision_as_object() if item.has_unpublished_changes else None
        done = _retag(item, add, remove)
        if done:
            item.save()
        if draft is None:
            if done:
                _keep_as_revision(item, actor)
        elif _retag(draft, add, remove):
            draft.save_revision(user=actor, clean=False)
            done = True
        if done:
            with LogContext(user=actor):
                log(item, TAGGED, data={"added": sorted(add), "removed": sorted(remove)})
            changed += 1
    return changed


def _retag(item: Item, add: Collection[str], remove: Collection[str]) -> bool:
    """Whether anything changed on the object; nothing is saved yet."""
    names = set(item.tags.names())
    wanted = (names | set(add)) - (set(remove) - set(add))
    if wanted != names:
        item.tags.set(sorted(wanted))
    return wanted != names


def _keep_as_revision(item: Item, actor: User) -> None:
    """The newest revision says what the row says, and no draft waits: that it was published is still long ago."""
    revision = item.save_revision(user=actor, changed=False, clean=False)
    if item.live:
        Item.objects.filter(pk=item.pk).update(live_revision=revision)
