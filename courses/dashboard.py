"""The start page of the CMS: what waits, what is overdue, and the shortest way to begin something."""

from typing import Any, ClassVar

from django.urls import reverse
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from courses.models import CatalogueIndexPage, Fact, LearningPathPage, LessonPage, ModulePage, PathIndexPage
from courses.viewsets import expired_facts, modules_to_review
from people import roles

SHOWN = 8


class TrainerPanel(Component):
    """A panel for people who write; empty for everybody else."""

    def render_html(self, parent_context: Any = None) -> str:
        if not roles.may_author(parent_context["request"].user):
            return ""
        return super().render_html(parent_context)  # type: ignore[no-any-return]  # Wagtail ships no types


class QuickLinksPanel(TrainerPanel):
    """Begin a module, a path, a fact, and what higher rooms add with the hook `register_cms_quick_link`."""

    name = "quick_links"
    template_name = "courses/cms/quick_links.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        places = ((CatalogueIndexPage, ModulePage), (PathIndexPage, LearningPathPage))
        links = []
        for parent_model, model in places:
            parent = parent_model.objects.filter(locale__language_code="de").first()
            if parent is not None and parent.permissions_for_user(user).can_add_subpage():
                url = reverse("wagtailadmin_pages:add", args=("courses", model._meta.model_name, parent.pk))
                links.append({"url": url, "name": model._meta.verbose_name, "icon": "plus"})
        if user.has_perm("courses.add_fact"):
            url = reverse(Fact.snippet_viewset.get_url_name("add"))
            links.append({"url": url, "name": Fact._meta.verbose_name, "icon": "plus"})
        for model in (register() for register in hooks.get_hooks("register_cms_quick_link")):
            if user.has_perm(f"{model._meta.app_label}.add_{model._meta.model_name}"):
                url = reverse(model.snippet_viewset.get_url_name("add"))
                links.append({"url": url, "name": model._meta.verbose_name, "icon": "plus"})
        return {"links": links}


class ExpiredFactsPanel(TrainerPanel):
    """Facts that must be checked again."""

    name = "expired_facts"
    template_name = "courses/cms/expired_facts.html"
    order = 220

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        facts = list(expired_facts()[: SHOWN + 1])
        viewset = Fact.snippet_viewset
        for fact in facts:
            fact.edit_url = reverse(viewset.get_url_name("edit"), args=(fact.pk,))
        return {
            "facts": facts[:SHOWN],
            "more": len(facts) > SHOWN,
            "url": f"{reverse(viewset.get_url_name('list'))}?state=expired",
        }


class StaleModulesPanel(TrainerPanel):
    """Modules that nobody reviewed for twelve months."""

    name = "stale_modules"
    template_name = "courses/cms/stale_modules.html"
    order = 230

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        modules = list(modules_to_review()[: SHOWN + 1])
        return {"modules": modules[:SHOWN], "more": len(modules) > SHOWN}


class ContentSummaryItem(Component):
    """Counts on top of the start page: live modules and lessons instead of "pages"."""

    template_name = "courses/cms/summary_item.html"
    order = 100
    models: ClassVar = [ModulePage, LessonPage]

    def __init__(self, request: Any, model: type[Page], url_name: str) -> None:
        self.request = request
        self.model = model
        self.url_name = url_name

    def is_shown(self) -> bool:
        return roles.may_author(self.request.user)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        live = self.model.objects.live().filter(locale__language_code="de").count()
        return {"count": live, "name": self.model._meta.verbose_name_plural, "url": reverse(self.url_name)}
