"""The pages that every site has: home, catalogue and paths, in both languages."""

from django.conf import settings
from wagtail.models import Locale, Page, Site

from courses.models import CatalogueIndexPage, HomePage, PathIndexPage
from courses.package.values import LANGUAGES
from people import services as people

HOME = {"de": ("Doppelpass", "doppelpass"), "en": ("Doppelpass", "doppelpass-en")}
INDEXES: dict[str, tuple[type[Page], dict[str, tuple[str, str]]]] = {
    "catalogue": (CatalogueIndexPage, {"de": ("Katalog", "katalog"), "en": ("Catalogue", "catalogue")}),
    "paths": (PathIndexPage, {"de": ("Lernpfade", "lernpfade"), "en": ("Learning paths", "learning-paths")}),
}


def index_page(name: str, language: str) -> Page:
    """The catalogue or the index of paths in a language. Raises DoesNotExist before `ensure_site`."""
    return INDEXES[name][0].objects.get(locale__language_code=language)


def _ensure(model: type[Page], parent: Page, language: str, texts: tuple[str, str]) -> Page:
    """The page of this model and language, as translation of the one in the first language."""
    locale = Locale.objects.get(language_code=language)
    found = model.objects.filter(locale=locale).first()
    if found is None:
        title, slug = texts
        original = model.objects.filter(locale__language_code=LANGUAGES[0]).first()
        page = model(title=title, slug=slug, locale=locale)
        if original is not None:
            page.translation_key = original.translation_key
        found = parent.add_child(instance=page)
    return found


def ensure_site() -> None:
    """Create what is missing; change nothing that is there."""
    for language in LANGUAGES:
        Locale.objects.get_or_create(language_code=language)
    root = Page.objects.get(depth=1)
    for welcome in root.get_children().filter(slug="home").exclude(content_type__model="homepage"):
        welcome.delete()  # the page that Wagtail's own migration makes
    for language in LANGUAGES:
        home = _ensure(HomePage, Page.objects.get(depth=1), language, HOME[language])
        for model, texts in INDEXES.values():
            _ensure(model, Page.objects.get(pk=home.pk), language, texts[language])
    default = HomePage.objects.get(locale__language_code=settings.LANGUAGE_CODE.split("-")[0])
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(
            hostname="localhost", port=80, root_page=default, is_default_site=True, site_name="Doppelpass"
        )
    elif not issubclass(site.root_page.specific_class or Page, HomePage):
        site.root_page = default
        site.save()
    for home in HomePage.objects.all():
        people.grant_page_permissions(home)
        people.ensure_workflow(home)
