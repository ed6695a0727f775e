"""What the pages of this room share: doors, chips, pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.functional import cached_property

from people.models import User
from reports.filters import FilterForm

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> User:
    return cast("User", request.user)


def for_role(predicate: Callable[[User], bool]) -> Callable[[View], View]:
    """404 for everybody whom the predicate refuses, so that nobody learns which reports exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not predicate(actor_of(request)):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class ReadRows:
    """Rows that are read piece by piece; a paginator slices it."""

    ordered = True

    def __init__(self, read: Callable[[int, int], list[Any]]) -> None:
        self._read = read

    def __getitem__(self, piece: slice) -> list[Any]:
        return self._read(piece.start, piece.stop)


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # the runtime class takes no parameter
    """A paginator that is told the count: the cards have counted already."""

    def __init__(self, rows: Any, per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self._known = count

    @cached_property
    def count(self) -> int:
        return self._known


def page_of(request: HttpRequest, rows: Any, per_page: int, *, count: int | None = None) -> "Page[Any]":
    """The page that the URL names; nonsense gives the first, too far the last one."""
    paginator = Paginator(rows, per_page) if count is None else CountedPaginator(rows, per_page, count=count)
    return paginator.get_page(request.GET.get("page"))


def chips(request: HttpRequest, form: FilterForm) -> list[dict[str, Any]]:
    """The filters in force: label, value (dates stay dates), and the address without this one."""
    result = []
    for name, label, value in form.described():
        query = request.GET.copy()
        query.pop("page", None)
        query.pop(name, None)
        result.append({"name": name, "label": label, "value": value, "without": f"?{query.urlencode()}"})
    return result


def address(request: HttpRequest) -> str:
    """The view's full address from the configured base URL, for the foot of a print."""
    return f"{settings.BASE_URL}{request.get_full_path()}"
