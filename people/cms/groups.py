"""Groups are roles; `people.permissions` keeps them. The CMS has no view to change them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from wagtail.users.views.groups import GroupViewSet


def _gone(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    raise Http404


class NoGroupsViewSet(GroupViewSet):
    """Keeps the names that Wagtail's templates may link to."""

    add_to_settings_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", _gone, name="index"),
            path("new/", _gone, name="add"),
            path("edit/<int:pk>/", _gone, name="edit"),
            path("delete/<int:pk>/", _gone, name="delete"),
        ]
