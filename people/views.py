"""One's own profile and one's own data. Nobody else's record is reachable here."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.adapters import set_language_cookie
from people.forms import LanguageForm, ThemeForm
from people.models import User, VisibilitySettings
from people.personal_data import export_of
from people.services import set_language


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    me = User.objects.select_related("function", "org_unit", "manager", "duo", "duo__function").get(pk=_me(request).pk)
    return render(
        request,
        "people/profile.html",
        {
            "person": me,
            "language_form": LanguageForm(initial={"language": me.language}),
            "theme_form": ThemeForm(initial={"theme": request.COOKIES.get("theme", "")}),
        },
    )


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This language is not available."))
        return redirect("people:profile")
    language = form.cleaned_data["language"]
    set_language(_me(request), language)
    with translation.override(language):
        messages.success(request, _("Saved."))
        response = HttpResponseRedirect(reverse("people:profile"))
    set_language_cookie(response, language)
    return response


@require_POST
def change_theme(request: HttpRequest) -> HttpResponse:
    """The theme belongs to the device, so it lies in a cookie and not in the account."""
    form = ThemeForm(request.POST)
    response = HttpResponseRedirect(reverse("people:profile"))
    if not form.is_valid():
        messages.error(request, _("This appearance is not available."))
        return response
    theme = form.cleaned_data["theme"]
    if theme:
        response.set_cookie(
            "theme",
            theme,
            max_age=31_536_000,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie("theme")
    messages.success(request, _("Saved."))
    return response


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What is stored about me, for how long, and who sees it, in plain words."""
    return render(request, "people/my_data.html", {"rules": VisibilitySettings.load()})


@require_POST
@never_cache
def export_my_data(request: HttpRequest) -> HttpResponse:
    """All of it as one JSON file (GDPR 15, 20)."""
    me = _me(request)
    response = JsonResponse(
        {"product": "Doppelpass", "exported_at": timezone.now(), **export_of(me)},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = f'attachment; filename="doppelpass-{timezone.localdate():%Y-%m-%d}.json"'
    return response


def _me(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the log-in middleware lets nobody else through")
    return user
