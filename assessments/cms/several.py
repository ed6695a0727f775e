"""Several questions at once: a page in the bank where a trainer types them as text and sees beside it what is read.

Reading, comparing with the bank and writing are those of the import of GIFT; what is different is that the text is
here, is shown as questions while it grows, and stays whatever happens.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from taggit.forms import TagField
from taggit.models import Tag
from wagtail.admin import messages
from wagtail.admin.widgets import AdminTagWidget

from assessments.cms.exchange import NAMESPACE, adding_user, choice_field, reader_language
from assessments.cms.several_help import EXAMPLES
from assessments.enums import Difficulty
from assessments.exchange.apply import apply_import
from assessments.exchange.items import ForAll, Level
from assessments.exchange.plan import TOPIC_LENGTH, Action, ImportPlan, Planned, plan_import
from assessments.exchange.preview import Shown, shown
from assessments.kinds import get_kind
from assessments.kinds.base import LANGUAGE_NAMES
from assessments.kinds.media import settled_media
from assessments.models import Item, QuizPage
from assessments.selectors.composing import modules_to_extend, quizzes_to_extend
from assessments.services.composing import add_to_quiz, quiz_of_items
from courses.models import ModulePage
from enablement.core.errors import DomainError
from people.models import User

MAX_TEXT = 100_000  # characters: some four hundred questions
MAX_SAVED = 300  # as in an import: about ten seconds, in which SQLite lets nobody else write
MOST_SHOWN = 60
FIRST = gettext_lazy("Write the first question.")
TOO_LONG = gettext_lazy("%(show_value)d characters are too many at once: take at most %(limit_value)d, then the rest.")
STATES = {
    Action.NEW: gettext_lazy("new"),
    Action.CHANGED: gettext_lazy("changes an item of the bank"),
    Action.UNCHANGED: gettext_lazy("in the bank already"),
}


class SeveralForm(forms.Form):
    """The text, and what holds for all of its questions."""

    text = forms.CharField(
        label=gettext_lazy("Questions"),
        strip=False,  # line numbers count from the first line, blank or not
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true", "autocomplete": "off"}),
        validators=[MaxLengthValidator(MAX_TEXT, TOO_LONG)],  # no `maxlength`, which would cut what is pasted
        error_messages={"required": FIRST},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=list(LANGUAGE_NAMES.items()))
    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=TOPIC_LENGTH, required=False)
    tags = TagField(
        label=gettext_lazy("Tags"),
        required=False,
        widget=AdminTagWidget(tag_model=Tag),
        help_text=gettext_lazy("Tests draw items by these, for example M01."),
    )
    difficulty = forms.ChoiceField(
        label=gettext_lazy("Difficulty"),
        required=False,
        choices=[("", gettext_lazy("Not said")), *Difficulty.choices],
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError(FIRST)
        return text

    def for_all(self) -> ForAll:
        said = self.cleaned_data
        return ForAll(said["topic"], said["difficulty"], tuple(said["tags"]))

    def source(self) -> dict[str, Any]:
        """The arguments of an import of this text."""
        content = self.cleaned_data["text"].encode()
        return {
            "content": content,
            "format_name": "gift",
            "language": self.cleaned_data["language"],
            "for_all": self.for_all(),
        }


@dataclass(frozen=True)
class Asked:
    """A question that was read: as a learner sees it, with the right answer filled in. `public` empty: not showable."""

    shown: Shown
    number: int
    language: str
    public: dict[str, Any]
    response: Any
    understood: str

    @property
    def template(self) -> str:
        return f"assessments/kinds/{self.shown.planned.source.kind}/question.html"

    @property
    def state(self) -> str:
        return str(STATES[self.shown.planned.action])

    @property
    def right(self) -> list[str]:
        return [line.text for line in self.shown.lines if line.right is not False]

    @property
    def by_hand(self) -> bool:
        return get_kind(self.shown.planned.source.kind).by_hand

    @property
    def missing(self) -> list[str]:
        """What keeps it from being published."""
        return get_kind(self.shown.planned.source.kind).problems(self.shown.planned.content)


def _asked(planned: Planned, number: int, language: str) -> Asked:
    kind = get_kind(planned.source.kind)
    public: dict[str, Any] = {}
    response, understood = None, ""
    try:
        content = settled_media(kind.settle(planned.content))
        order = kind.option_order(content, random.Random(number), shuffle=False)  # noqa: S311 - nothing is mixed
        content = kind.as_asked(content, order)
        public = kind.asked(content, language, order)
        best = kind.best(content)
        if best is not None:
            response = kind.parse(content, best)
            understood = kind.understood(content, response, language)
    except (ArithmeticError, LookupError, ValueError):
        pass  # an unfinished item may have nothing to choose from; its words are shown all the same
    return Asked(shown(planned, language), number, language, public, response, understood)


def _reading(plan: ImportPlan | None, language: str) -> dict[str, Any]:
    """What the templates show of a text that was read; of None, that nothing was typed yet."""
    items = plan.items if plan else []
    faults = [*plan.at(Level.FILE), *plan.at(Level.ITEM)] if plan else []
    changes = plan.changes if plan else 0
    return {
        "plan": plan,
        "asked": [_asked(planned, number, language) for number, planned in enumerate(items[:MOST_SHOWN], 1)],
        "more": max(0, len(items) - MOST_SHOWN),
        "faults": faults,
        "remarks": plan.at(Level.LOSS) if plan else [],
        "summary": _summary(len(items), len(faults)) if plan else "",
        "changes": changes,
        "too_many": MAX_SAVED if changes > MAX_SAVED else 0,
        "button": ngettext("Save %(count)d question as draft", "Save %(count)d questions as drafts", changes)
        % {"count": changes},
    }


def _summary(questions: int, faults: int) -> str:
    read = ngettext("%(count)d question read", "%(count)d questions read", questions) % {"count": questions}
    wrong = ngettext("%(count)d with a fault", "%(count)d with a fault", faults) % {"count": faults}
    return f"{read}, {wrong}" if faults else read


def _theme(user: User) -> str:
    """The theme of the CMS, in the site's words; empty: the device's."""
    profile = getattr(user, "wagtail_userprofile", None)
    theme = str(profile.theme) if profile else ""
    return theme if theme in {"light", "dark"} else ""


def _page(request: HttpRequest, actor: User, form: SeveralForm, reading: dict[str, Any], **more: Any) -> HttpResponse:
    language = reader_language()
    frame = render_to_string("assessments/cms/several_frame.html", {**reading, "theme": _theme(actor)}, request)
    examples = [(one, one.texts[language]) for one in EXAMPLES]
    context = {"form": form, "frame": frame, "examples": examples, **reading, **more}
    return render(request, "assessments/cms/several.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def several(request: HttpRequest) -> HttpResponse:
    """The page; with `save` the questions that could be read become drafts, in one transaction.

    The same text twice changes nothing, so a second click and a text that was mended after the first are both fine.
    """
    actor = adding_user(request)
    language = reader_language()
    form = SeveralForm(request.POST or None, initial={"language": language})
    if request.method != "POST" or not form.is_valid():
        return _page(request, actor, form, _reading(None, language))
    language = form.cleaned_data["language"]
    plan = plan_import(**form.source())
    saved: list[int] = []
    if "save" in request.POST and plan.ok and plan.items and plan.changes <= MAX_SAVED:
        try:
            done = apply_import(**form.source(), actor=actor)
        except DomainError as error:
            messages.error(request, str(error.message))
            return _page(request, actor, form, _reading(plan, language))
        saved = _ids(done)
        _say(request, done)
        if not done.at(Level.ITEM):
            return redirect(_saved_url(saved))
        plan = plan_import(**form.source())
    return _page(request, actor, form, _reading(plan, language), saved_url=_saved_url(saved) if saved else "")


def _ids(plan: ImportPlan) -> list[int]:
    """The items of the bank that the text is now, in its order."""
    keys = [planned.key for planned in plan.items]
    found = dict(Item.objects.filter(key__in=keys).values_list("key", "pk"))
    return [found[key] for key in keys if key in found]


def _saved_url(ids: Sequence[int]) -> str:
    return reverse(f"{NAMESPACE}:several_saved") + "?" + "&".join(f"item={pk}" for pk in ids)


def _say(request: HttpRequest, plan: ImportPlan) -> None:
    new, changed = len(plan.of(Action.NEW)), len(plan.of(Action.CHANGED))
    if new or changed:
        text = ngettext("%(count)d question is saved as draft.", "%(count)d questions are saved as drafts.", new)
        parts = [text % {"count": new}] if new else []
        text = ngettext("%(count)d item has a new draft.", "%(count)d items have a new draft.", changed)
        parts += [text % {"count": changed}] if changed else []
        messages.success(request, " ".join(parts))
    elif plan.items:
        messages.info(request, _("All of these questions are in the bank already. Nothing was changed a second time."))
    left = len(plan.at(Level.ITEM))
    if left:
        text = ngettext(
            "%(count)d question could not be read and is not saved. Mend it in the text and save again.",
            "%(count)d questions could not be read and are not saved. Mend them in the text and save again.",
            left,
        )
        messages.warning(request, text % {"count": left})


@never_cache
@require_POST
def live_preview(request: HttpRequest) -> HttpResponse:
    """What the text is read as, for the script of the page. Reads only."""
    actor = adding_user(request)
    form = SeveralForm(request.POST)
    if not form.is_valid():
        blank = not request.POST.get("text", "").strip()
        sentences = [] if blank else [str(one) for errors in form.errors.values() for one in errors]
        reading = {**_reading(None, "de"), "summary": " ".join(sentences), "sentences": sentences}
    else:
        reading = _reading(plan_import(**form.source()), form.cleaned_data["language"])
    context = {**reading, "theme": _theme(actor)}
    return JsonResponse(
        {
            "summary": reading["summary"],
            "report": render_to_string("assessments/cms/parts/several_report.html", context, request),
            "questions": render_to_string("assessments/cms/parts/several_questions.html", context, request),
            "button": reading["button"],
            "savable": bool(reading["changes"] and not reading["too_many"]),
        }
    )


# --- a test of what was saved -----------------------------------------------------------------------------------------


def _offered(titles: dict[int, str]) -> list[tuple[str, str]]:
    return [("", _("Please choose")), *((str(pk), title) for pk, title in titles.items())]


class AddToQuizForm(forms.Form):
    """A test that is there, as a draft or live: it gets a new draft revision."""

    quiz = forms.ChoiceField(label=gettext_lazy("To which test"))

    def __init__(self, quizzes: dict[int, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "quiz").choices = _offered(quizzes)


class NewQuizForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=255)
    module = forms.ChoiceField(label=gettext_lazy("Module"))

    def __init__(self, modules: dict[int, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "module").choices = _offered(modules)


@never_cache
@require_http_methods(["GET", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """The drafts that a text became (`?item=…`), and what may be done with them next: a test of them."""
    actor = adding_user(request)
    ids = [int(one) for one in request.GET.getlist("item")[:MAX_SAVED] if one.isascii() and one.isdecimal()]
    found = Item.objects.defer("body", "words_de", "words_en").in_bulk([pk for pk in ids if pk < 2**31])
    items = [found[pk] for pk in dict.fromkeys(ids) if pk in found]
    if not items:
        raise Http404
    quizzes, modules = quizzes_to_extend(actor), modules_to_extend(actor)
    add = AddToQuizForm(quizzes, request.POST if "add" in request.POST else None)
    new = NewQuizForm(modules, request.POST if "new" in request.POST else None)
    try:
        if add.is_bound and add.is_valid():
            page = QuizPage.objects.get(pk=add.cleaned_data["quiz"])
            return _to_editor(request, page, add_to_quiz(page, items=items, actor=actor))
        if new.is_bound and new.is_valid():
            module = ModulePage.objects.get(pk=new.cleaned_data["module"])
            page = quiz_of_items(module, title=new.cleaned_data["title"], items=items, actor=actor)
            return _to_editor(request, page, len(items))
    except DomainError as error:
        (add if add.is_bound else new).add_error(None, str(error.message))
    context = {"items": items, "add": add if quizzes else None, "new": new if modules else None}
    return render(request, "assessments/cms/several_saved.html", context)


def _to_editor(request: HttpRequest, page: QuizPage, count: int) -> HttpResponse:
    text = ngettext(
        "%(count)d question is in a new draft of this test. Nothing is published.",
        "%(count)d questions are in a new draft of this test. Nothing is published.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("wagtailadmin_pages:edit", page.pk)
