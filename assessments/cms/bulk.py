"""What can be done with several items of the bank at once."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from taggit.forms import TagField
from taggit.models import Tag
from wagtail.admin.widgets import AdminTagWidget
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from assessments.cms.viewsets import listed_by
from assessments.models import Item
from assessments.selectors.bank import items_in_review
from assessments.selectors.usage import effects_of_retiring
from assessments.services.bank import change_tags, confirm_reviewed, retire

# What one request does; each item writes a few rows, and on SQLite nobody else writes meanwhile.
MOST = 300


class ItemBulkAction(SnippetBulkAction):
    """An action on items. `permission` is asked once: permissions on items do not differ from one to the next.

    "All in the list" means the list as it is filtered and searched; Wagtail would take the whole bank.
    """

    models: ClassVar = [Item]
    template_name = "assessments/cms/bulk.html"
    permission: ClassVar[str]
    # For people: what happens, which items it does not happen to, and the button. `serious`: the button warns.
    explanation: ClassVar[str | Promise]
    left_out: ClassVar[str | Promise]
    yes: ClassVar[str | Promise]
    serious: ClassVar[bool] = False

    @classmethod
    def get_queryset(cls, model: type[Item], object_ids: list[Any]) -> Any:
        numbers = [one for one in object_ids if str(one).isdecimal()]
        return Item.objects.filter(pk__in=numbers).prefetch_related("tagged_items__tag").order_by("title", "pk")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.permission_policy.user_has_any_permission(request.user, ("add", "change", "publish")):
            raise PermissionDenied  # titles are not for everybody in the CMS
        if request.method == "POST" and not self.permission_policy.user_has_permission(request.user, self.permission):
            raise PermissionDenied
        if "all" in request.GET.getlist("id") and (count := self._listed().count()) > MOST:
            sentence = _("That would be %(count)d items, and %(most)d are done at once. Filter the list further.")
            messages.error(request, sentence % {"count": count, "most": MOST})
            return redirect(self.next_url)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def _listed(self) -> QuerySet[Item]:
        return listed_by(self.request.GET, self.request)

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        return list(self._listed().values_list("pk", flat=True))

    def check_perm(self, snippet: Item) -> bool:
        if not hasattr(self, "may"):
            self.may = self.permission_policy.user_has_permission(self.request.user, self.permission)
        return bool(self.may)


class ReviewedBulkAction(ItemBulkAction):
    """ "I have looked these through, they are right": who and when are noted, and no version is made."""

    permission = "publish"
    display_name = _("Confirm as looked through")
    action_type = "confirm_reviewed"
    aria_label = _("Confirm that you have looked the selected items through")
    action_priority = 10
    explanation = _(
        "You have read these items again, in both languages: question, key and feedback are right, and the lesson "
        "still teaches them. Your name and today's date are noted; no version is made."
    )
    left_out = _("Only live items are looked through, by whoever may publish them. Left out:")
    yes = _("Yes, they are right")

    def check_perm(self, snippet: Item) -> bool:
        return super().check_perm(snippet) and snippet.live

    @classmethod
    def execute_action(cls, objects: list[Item], **kwargs: Any) -> tuple[int, int]:
        return confirm_reviewed(objects, actor=kwargs["self"].request.user), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d item is noted as looked through today.",
            "%(count)d items are noted as looked through today.",
            num_parent_objects,
        ) % {"count": num_parent_objects}


class RetireBulkAction(ItemBulkAction):
    """Takes items out of use. Nothing is deleted: attempts, versions and results stay; publishing brings them back."""

    permission = "publish"
    display_name = _("Retire")
    action_type = "retire"
    aria_label = _("Retire the selected items")
    action_priority = 40
    classes: ClassVar = {"serious"}
    template_name = "assessments/cms/bulk_retire.html"
    explanation = _(
        "They are not asked any more in attempts that start from now on. Attempts that run or are finished keep them, "
        "and publishing an item again brings it back."
    )
    left_out = _("Only live items that nobody has locked are retired, by whoever may publish them. Left out:")
    yes = _("Yes, retire them")
    serious = True

    def check_perm(self, snippet: Item) -> bool:
        return super().check_perm(snippet) and snippet.live and not snippet.locked

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        effects = effects_of_retiring([one["item"].pk for one in context["items"]])
        return {**context, "short": effects.short, "quizzes": effects.quizzes, "lessons": effects.lessons}

    @classmethod
    def execute_action(cls, objects: list[Item], **kwargs: Any) -> tuple[int, int]:
        return retire(objects, actor=kwargs["self"].request.user), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext("%(count)d item is retired.", "%(count)d items are retired.", num_parent_objects) % {
            "count": num_parent_objects
        }


class TagsForm(forms.Form):
    """What to add, and which of the tags that the chosen items carry to take away."""

    add = TagField(
        label=_("Add these tags"), required=False, widget=AdminTagWidget(tag_model=Tag), help_text=_("With commas.")
    )
    remove = forms.MultipleChoiceField(
        label=_("Take these tags away"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, carried: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["remove"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(name, name) for name in carried]
        if not carried:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("add") and not cleaned.get("remove"):
            raise forms.ValidationError(_("Say which tag to add or to take away."))
        return cleaned


class TagBulkAction(ItemBulkAction):
    """Adds and takes away tags. Tests draw by them, so live items are for whoever may publish."""

    permission = "change"
    display_name = _("Change tags")
    action_type = "change_tags"
    aria_label = _("Change the tags of the selected items")
    action_priority = 20
    form_class = TagsForm
    explanation = _("Tests draw by tags: what you change here counts for attempts that start from now on.")
    left_out = _("Locked items, those in review, and live ones if you may not publish, are left as they are. Left out:")
    yes = _("Change the tags")

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.get_actionable_objects()[0]
        names = sorted({tagged.tag.name for item in items for tagged in item.tagged_items.all()}, key=str.casefold)
        return {**super().get_form_kwargs(), "carried": names}

    def check_perm(self, snippet: Item) -> bool:
        if not hasattr(self, "in_review"):
            policy, user = self.permission_policy, self.request.user
            self.may_publish = policy.user_has_permission(user, "publish")
            self.in_review = items_in_review()
        free = not snippet.locked and snippet.pk not in self.in_review
        return super().check_perm(snippet) and free and (not snippet.live or self.may_publish)

    def get_execution_context(self) -> dict[str, Any]:
        cleaned = self.cleaned_form.cleaned_data
        return {**super().get_execution_context(), "add": cleaned["add"], "remove": cleaned.get("remove", ())}

    @classmethod
    def execute_action(cls, objects: list[Item], **kwargs: Any) -> tuple[int, int]:
        actor = kwargs["self"].request.user
        return change_tags(objects, add=kwargs["add"], remove=kwargs["remove"], actor=actor), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "The tags of %(count)d item are changed.", "The tags of %(count)d items are changed.", num_parent_objects
        ) % {"count": num_parent_objects}
