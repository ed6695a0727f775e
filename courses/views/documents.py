"""Documents of the CMS, with byte ranges."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail.documents.views.serve import serve

from enablement.core.byte_ranges import in_part


@require_safe
def serve_document(request: HttpRequest, document_id: str, document_filename: str) -> HttpResponseBase:
    """Wagtail's view with its checks, hooks and headers; what it would send whole is cut to the range asked for."""
    response: HttpResponseBase = serve(request, document_id, document_filename)
    if response.get("Content-Encoding") == "None":
        del response["Content-Encoding"]  # Wagtail writes the word for "not compressed", which is no encoding
    return in_parts(request, response)


def in_parts(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A file's response, cut to the range that was asked for; others as they are."""
    if response.status_code != 200 or not isinstance(response, FileResponse) or "Content-Length" not in response:
        return response
    return in_part(request, response)
