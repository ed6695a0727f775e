"""Tests from items: fixed items at the end of a draft, or a new draft of them. Nothing goes live here."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from assessments.drawing import MAX_QUESTIONS
from assessments.models import Item, QuizPage
from assessments.selectors.bank import asked_by
from courses.models import ModulePage
from enablement.core.errors import DomainError
from people.models import User


@transaction.atomic
def add_to_quiz(page: QuizPage, *, items: Sequence[Item], actor: User) -> int:
    """A new draft revision of the test that asks these items after all others; what it asks already is not added again.

    Returns how many were added. Raises DomainError where the person may not edit the test, somebody has locked it, or
    it would ask too much.
    """
    Page.objects.select_for_update().get(pk=page.pk)  # two trainers at the same test: the second adds to the first's
    page = QuizPage.objects.get(pk=page.pk)
    may = page.permissions_for_user(actor)
    if not may.can_edit() or may.page_locked():
        raise DomainError(_("This test cannot be changed now: it is locked, or you may not edit it."))
    draft: Any = page.get_latest_revision_as_object()
    asked = asked_by(draft.slots)
    there = {one.fixed for one in asked if one.fixed is not None}
    new = [item for item in items if item.pk not in there]
    _check(draft, sum(one.count for one in asked) + len(new), len(draft.slots.raw_data) + len(new))
    if new:
        draft.slots = draft._meta.get_field("slots").to_python([*draft.slots.raw_data, *_slots(new)])
        draft.save_revision(user=actor, log_action=True)
    return len(new)


@transaction.atomic
def quiz_of_items(module: ModulePage, *, title: str, items: Sequence[Item], actor: User) -> QuizPage:
    """A draft of a new test at the end of the module. Raises DomainError where the person may not make one."""
    if not module.permissions_for_user(actor).can_add_subpage():
        raise DomainError(_("You may not make a test below this module."))
    page = QuizPage(title=title, draft_title=title, locale=module.locale, live=False, owner=actor)
    _check(page, len(items), len(items))
    page.slots = page._meta.get_field("slots").to_python(_slots(items))
    module.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=actor)
    page.save_revision(user=actor, log_action=True)
    return page


def _check(page: Any, questions: int, slots: int) -> None:
    """The editor could save neither more questions nor more slots."""
    most = min(MAX_QUESTIONS, page._meta.get_field("slots").stream_block.meta.max_num)
    if questions > MAX_QUESTIONS or slots > most:
        raise DomainError(
            _("A test has at most %(most)d questions; this would be %(count)d. Nothing was changed.")
            % {"most": MAX_QUESTIONS if questions > MAX_QUESTIONS else most, "count": max(questions, slots)}
        )


def _slots(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [{"type": "item", "value": {"item": item.pk, "weight": "1"}, "id": str(uuid4())} for item in items]
