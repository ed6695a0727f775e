"""The product's settings with a counter of queries, for a pass of its own: it must not slow what is timed."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from enablement.settings import *  # noqa: F403
from enablement.settings import MIDDLEWARE as PRODUCT_MIDDLEWARE


def count_queries(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: `X-Queries` says how many statements the request sent, transactions' own not counted."""

    def counted(request: HttpRequest) -> HttpResponseBase:
        count = 0

        def note(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*arguments)

        with connection.execute_wrapper(note):
            response = get_response(request)
        response["X-Queries"] = str(count)
        return response

    return counted


MIDDLEWARE = ["trials.bench.counting.count_queries", *PRODUCT_MIDDLEWARE]
