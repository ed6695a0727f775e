"""The brand's stylesheet and logo. Public, because the log-in and the verify page wear them too."""

import mimetypes

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from courses.models.branding import Brand, current_brand


def _cache_for(request: HttpRequest, response: HttpResponseBase, brand: Brand) -> HttpResponseBase:
    """For ever under the address of this version, not at all under any other."""
    current = request.GET.get("v") == brand.version
    response["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response


@login_not_required
@require_safe
def stylesheet(request: HttpRequest) -> HttpResponseBase:
    """Custom properties of the company's colour; empty when it has none."""
    brand = current_brand()
    return _cache_for(request, HttpResponse(brand.stylesheet, content_type="text/css; charset=utf-8"), brand)


@login_not_required
@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    """The company's logo, and nothing else of the storage. Sandboxed, because an SVG is a document."""
    brand = current_brand()
    if not brand.logo or not default_storage.exists(brand.logo):
        raise Http404
    response = FileResponse(default_storage.open(brand.logo), content_type=mimetypes.guess_type(brand.logo)[0])
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return _cache_for(request, response, brand)
