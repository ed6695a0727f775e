"""The PDF: the sole place that touches WeasyPrint. Tagged (PDF/UA-1), A4 landscape, fonts embedded, nothing fetched.

Threat: text and images come from people. All text is escaped by the template, and the fetcher answers only for the
data URIs that this module has made itself: no file, no host, whatever a title or a logo says (SSRF, CVE-2025-68616).
"""

import base64
import logging
import threading
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from certificates.codes import printed_code
from certificates.guilloche import page_background
from certificates.logo import logo_data_uri
from certificates.wording import words

logger = logging.getLogger(__name__)
MOST_CONTENTS = 12
_rendering = threading.Lock()  # one FontConfiguration per process, and Pango's font map is not made for threads


class OnlyOurs(URLFetcher):
    """Denies everything but the data URIs it was given."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self._allowed = allowed

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url not in self._allowed:
            logger.warning("a certificate asked for %.80r and was denied", url)
            raise ValueError("certificates fetch nothing")
        return super().fetch(url, headers)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    """One per process: a new one per document leaks and halves the speed."""
    return FontConfiguration()


@lru_cache(maxsize=1)
def _stylesheet() -> CSS:
    path = settings.BASE_DIR / "static" / "css" / "certificate-pdf.css"
    return CSS(string=path.read_text("utf-8"), font_config=_fonts(), url_fetcher=OnlyOurs(frozenset()))


def _svg_uri(svg: str | bytes) -> str:
    data = svg.encode() if isinstance(svg, str) else svg
    return f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"


@lru_cache(maxsize=8)
def _background_uri(accent: str) -> str:
    return _svg_uri(page_background(accent))


def qr_svg(url: str) -> bytes:
    """The QR code as one SVG path (as rectangles it costs eight times the rendering)."""
    target = BytesIO()
    segno.make(url, error="m", micro=False).save(target, kind="svg", border=0, omitsize=True, xmldecl=False)
    return target.getvalue()


def _step(text: str, *limits: int) -> int:
    """0 for a short text, 1 when it is longer than the first limit, and so on: the size class of a line."""
    return sum(len(text) > limit for limit in limits)


def _day(value: object, language: str) -> str:
    """`29. November 2026`, `29 November 2026`: spelled, so that nobody mixes day and month."""
    if not value:
        return ""
    with translation.override(language):
        return formats.date_format(date.fromisoformat(str(value)), "j F Y" if language == "en" else "DATE_FORMAT")


def certificate_html(
    frozen: Mapping[str, Any], *, kind: str, language: str, number: str, code: str, verify_url: str, sample: bool
) -> tuple[str, frozenset[str]]:
    """The document as HTML, and the data URIs that it may load."""
    own = words(language)
    contents = [str(entry) for entry in frozen["contents"]]
    logo = logo_data_uri(str(frozen["logo"]))
    qr, background = _svg_uri(qr_svg(verify_url)), _background_uri(str(frozen["accent"]))
    if len(contents) > MOST_CONTENTS:
        hidden = len(contents) - MOST_CONTENTS + 1
        contents = [*contents[: MOST_CONTENTS - 1], own.more.format(count=hidden)]
    holder, title = str(frozen["holder"]), str(frozen["title"])
    context = {
        "words": own,
        "language": language,
        "frozen": frozen,
        "kind": own.kind(kind),
        "contents": contents,
        "extent": own.extent_value.format(minutes=frozen["minutes"], units=frozen["units"]),
        "issued_on": _day(frozen["issued_on"], language),
        "valid_until": _day(frozen["valid_until"], language) or own.unlimited,
        "number": number,
        "code": printed_code(code),
        "verify_url": verify_url,
        "short_url": verify_url.rpartition("/")[0].partition("://")[2],
        "qr": qr,
        "qr_alt": own.qr_alt.format(url=verify_url),
        "logo": logo,
        "logo_alt": own.logo_alt.format(issuer=frozen["issuer"]),
        "background": background,
        "holder_step": _step(holder, 26, 40, 70),
        "title_step": _step(title, 46, 90, 150),
        "contents_step": _step("".join(contents), 420, 800) + (len(contents) > 8),
        "sample": sample,
    }
    html = render_to_string("certificates/pdf.html", context)
    return html, frozenset(uri for uri in (logo, qr, background) if uri)


def render_pdf(
    frozen: Mapping[str, Any],
    *,
    kind: str,
    language: str,
    number: str,
    code: str,
    verify_url: str,
    sample: bool = False,
) -> bytes:
    """The certificate as PDF bytes. `frozen` is what `certificates.services.frozen_content` made."""
    html, allowed = certificate_html(
        frozen, kind=kind, language=language, number=number, code=code, verify_url=verify_url, sample=sample
    )
    with _rendering:
        document = HTML(string=html, url_fetcher=OnlyOurs(allowed), base_url=None)
        data: bytes = document.write_pdf(
            stylesheets=[_stylesheet()], font_config=_fonts(), pdf_variant="pdf/ua-1", full_fonts=False
        )
    return data
