"""Where somebody may put items: tests and modules that the person may edit, by the names that the CMS shows."""

from typing import Any

from django.db.models import QuerySet
from wagtail.models import Locale, Page
from wagtail.permissions import page_permission_policy

from assessments.models import QuizPage
from courses.models import ModulePage
from people.models import User


def quizzes_to_extend(user: User) -> dict[int, str]:
    """Page → `Module › Test`, drafts too. In the default language, whose page holds the questions for all of them."""
    pages = _mine(user, "change", QuizPage.objects.filter(locked=False))
    return dict(sorted(_named(list(pages.values_list("pk", "path", "draft_title"))).items(), key=lambda one: one[1]))


def modules_to_extend(user: User) -> dict[int, str]:
    """Page → title of modules below which the person may make a test."""
    pages = _mine(user, "add", ModulePage.objects.all())
    return dict(pages.order_by("draft_title", "pk").values_list("pk", "draft_title"))


def _mine(user: User, action: str, pages: QuerySet[Any]) -> QuerySet[Any]:
    allowed = page_permission_policy.instances_user_has_permission_for(user, action)
    return pages.filter(pk__in=allowed.order_by().values("pk"), locale=Locale.get_default())


def _named(rows: list[tuple[int, str, str]]) -> dict[int, str]:
    above = {path[: -Page.steplen] for _pk, path, _title in rows}
    modules = dict(Page.objects.filter(path__in=above).values_list("path", "draft_title")) if above else {}
    return {pk: f"{modules.get(path[: -Page.steplen], '–')} › {title}" for pk, path, title in rows}
