"""Writes of the item bank that concern several items at once."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from assessments.models import Item
from people.models import User

REVIEWED = "assessments.reviewed"


@transaction.atomic
def confirm_reviewed(items: Sequence[Item], *, actor: User) -> int:
    """Note that somebody looked these items through and stands for them: who and when, without a new version.

    Returns how many were live and are noted. The caller has asked whether the actor may publish.
    """
    now = timezone.now()
    live = list(Item.objects.filter(pk__in=[item.pk for item in items], live=True).defer("body"))
    Item.objects.filter(pk__in=[item.pk for item in live]).update(reviewed_at=now, reviewed_by=actor)
    for item in live:
        log(item, REVIEWED, user=actor)
    return len(live)
