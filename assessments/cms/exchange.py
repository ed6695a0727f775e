"""Import and export in the item bank: upload, dry run, confirm; and a file of what the list shows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permissions import policy_registry

from assessments.exchange.apply import apply_import
from assessments.exchange.export import export_items, file_name
from assessments.exchange.formats import formats, get_format
from assessments.exchange.items import Level, WriteResult
from assessments.exchange.library import no_files_of_a_failure
from assessments.exchange.limits import MAX_BYTES, too_large
from assessments.exchange.plan import Action, ImportPlan, plan_import
from assessments.exchange.preview import shown
from assessments.kinds.base import LANGUAGE_NAMES
from assessments.models import Item, ItemImport
from people.models import User

NAMESPACE = "wagtailsnippets_assessments_item"
MAX_APPLIED = 300  # 35 ms each: about ten seconds, in which SQLite lets nobody else write
PREVIEW = 100
KEEP = timedelta(days=1)


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"))
    format_name = forms.ChoiceField(label=gettext_lazy("Format"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the file"),
        choices=list(LANGUAGE_NAMES.items()),
        help_text=gettext_lazy("XLSX holds both languages; all other formats hold one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "format_name").choices = [("", _("Told from the file")), *_format_choices()]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(str(too_large(file.size)))
        return file


class ExportForm(forms.Form):
    format = forms.ChoiceField(label=gettext_lazy("Format"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=list(LANGUAGE_NAMES.items()),
        help_text=gettext_lazy("XLSX holds both languages; all other formats hold one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "format").choices = _format_choices()


def choice_field(form: forms.Form, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    return field


def _format_choices() -> list[tuple[str, str]]:
    return [(one.name, str(one.label)) for one in formats().values()]


def reader_language() -> str:
    """The one of the two languages of content in which somebody reads the CMS."""
    return "en" if (get_language() or "de").startswith("en") else "de"


def adding_user(request: HttpRequest) -> User:
    """Whoever may add items. Raises PermissionDenied, which Wagtail turns into its start page with a sentence."""
    if not isinstance(request.user, User) or not policy_registry.get_by_type(Item).user_has_permission(
        request.user, "add"
    ):
        raise PermissionDenied
    return request.user


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Takes the file and shows what it would do; nothing is written but the upload itself."""
    actor = adding_user(request)
    initial = {"language": reader_language()}
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        ItemImport.objects.filter(uploaded_at__lt=timezone.now() - KEEP, applied_at=None).delete()
        file = form.cleaned_data["file"]
        row = ItemImport.objects.create(
            uploaded_by=actor,
            name=file.name[:200],
            format_name=form.cleaned_data["format_name"],
            language=form.cleaned_data["language"],
            content=file.read(),
        )
        return redirect(f"{NAMESPACE}:import_preview", row.pk)
    context = {"form": form, "formats": formats().values(), "size": MAX_BYTES // 2**20}
    return render(request, "assessments/cms/import.html", context)


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run of one's own upload (GET); the import itself (POST). Nobody learns of another's upload."""
    try:
        actor = adding_user(request)
    except PermissionDenied:
        raise Http404 from None
    row = ItemImport.objects.filter(pk=pk, uploaded_by=actor).first()
    if row is None:
        raise Http404
    if row.applied_at is not None:
        messages.info(request, _("This file was imported already. Nothing was changed a second time."))
        return redirect(f"{NAMESPACE}:list")
    choice: dict[str, Any] = {"format_name": row.format_name, "language": row.language}
    plan = plan_import(bytes(row.content), **choice)
    if request.method == "POST" and plan.ok and 0 < plan.changes <= MAX_APPLIED:
        plan = _apply(actor, row)
        if plan.ok:
            counts = plan.counts()
            text = _("Imported: %(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(left_out)d left out.")
            messages.success(request, text % counts)
            return redirect(reverse(f"{NAMESPACE}:list") + "?ordering=-_updated_at")
    return render(request, "assessments/cms/import_preview.html", {"row": row, "plan": plan, **_excerpt(plan, row)})


@no_files_of_a_failure()
@transaction.atomic
def _apply(actor: User, row: ItemImport) -> ImportPlan:
    """Once, however often the button is pressed: the row is locked, and its content goes with the import."""
    locked = ItemImport.objects.select_for_update().get(pk=row.pk)
    if locked.applied_at is not None:
        return ImportPlan()
    plan = apply_import(bytes(locked.content), format_name=locked.format_name, language=locked.language, actor=actor)
    if plan.ok:
        locked.applied_at, locked.content, locked.summary = timezone.now(), b"", plan.counts()
        locked.save()
    return plan


def _excerpt(plan: ImportPlan, row: ItemImport) -> dict[str, object]:
    new, changed = plan.of(Action.NEW), plan.of(Action.CHANGED)
    label = ngettext("Import %(count)d item", "Import %(count)d items", plan.changes) % {"count": plan.changes}
    return {
        "format": get_format(plan.format_name) if plan.format_name else None,
        "language": LANGUAGE_NAMES[row.language],
        "new": [shown(planned, row.language) for planned in new[:PREVIEW]],
        "changed": [shown(planned, row.language) for planned in changed[:PREVIEW]],
        "counts": plan.counts(),
        "pictures": len(plan.new_pictures),
        "more_new": max(0, len(new) - PREVIEW),
        "more_changed": max(0, len(changed) - PREVIEW),
        "too_many": MAX_APPLIED if plan.changes > MAX_APPLIED else 0,
        "faults": plan.at(Level.FILE),
        "left_out": plan.at(Level.ITEM),
        "lost": plan.at(Level.LOSS),
        "button": label,
    }


class ExchangeButtonsMixin:
    """Buttons of the list: several at once and import for whoever may add items, and export of what the list shows."""

    @cached_property
    def header_buttons(self) -> list[Button]:
        view: Any = self
        buttons: list[Button] = list(super().header_buttons)  # type: ignore[misc]  # mixed into a view
        if view.user_has_permission("add"):
            url = reverse(f"{NAMESPACE}:several")
            buttons.append(HeaderButton(_("Enter several questions"), url=url, icon_name="list-ul"))
        return buttons

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        view: Any = self
        buttons: list[Button] = list(super().header_more_buttons)  # type: ignore[misc]  # mixed into a view
        if view.user_has_permission("add"):
            url = reverse(f"{NAMESPACE}:import")
            buttons.append(Button(_("Import"), url=url, icon_name="upload", priority=80))
        query = view.request.GET.copy()
        query.pop("p", None)
        url = reverse(f"{NAMESPACE}:export") + (f"?{query.urlencode()}" if query else "")
        buttons.append(Button(_("Export what is listed"), url=url, icon_name="download", priority=90))
        return buttons


class ExportViewMixin:
    """Mixed into the list's own view, so that its filters and its search choose what is exported."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view: Any = self
        form = ExportForm(request.GET if "format" in request.GET else None)
        listed = [] if "template" in request.GET else list(view.get_queryset().values_list("pk", flat=True))
        chosen = Item.objects.filter(pk__in=listed)
        result: WriteResult | None = None
        if form.is_bound and form.is_valid():
            choice = {"format_name": form.cleaned_data["format"], "language": form.cleaned_data["language"]}
            result = export_items(chosen.order_by("title", "pk"), **choice)
            if "download" in request.GET and (result.written or "template" in request.GET):
                return _file(result, **choice)
        kept = [
            (name, value)
            for name, values in request.GET.lists()
            if name not in {"format", "language", "download", "p"}
            for value in values
        ]
        context = {
            "form": form,
            "count": chosen.count(),
            "kept": kept,
            "result": result,
            "left_out": [one for one in result.problems if one.level is Level.ITEM] if result else [],
            "lost": [one for one in result.problems if one.level is Level.LOSS] if result else [],
            "query": request.GET.urlencode(),
        }
        return render(request, "assessments/cms/export.html", context)


def _file(result: WriteResult, *, format_name: str, language: str) -> HttpResponse:
    response = HttpResponse(result.content, content_type=get_format(format_name).content_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(format_name, language)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def export_view_class(index_view_class: type[IndexView]) -> type[IndexView]:
    """The export of that list."""
    return type("ExportView", (ExportViewMixin, index_view_class), {})
