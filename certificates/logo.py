"""Logos for the document: re-encoded or sanitised when they are chosen, stored by content, inlined as data URIs.

Threat: whoever may upload images must not make the renderer read files or call hosts (SSRF through SVG references).
"""

import base64
import hashlib
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image

FOLDER = "certificates/brand"
MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = (1200, 600)
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    """svg g defs title desc path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient
    stop clipPath mask symbol use""".split()  # noqa: SIM905 - as words it fits the page
)
_ATTRIBUTES = frozenset(
    """id viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform fill fill-opacity fill-rule
    clip-path clip-rule mask stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray
    stroke-dashoffset stroke-opacity opacity offset stop-color stop-opacity gradientUnits gradientTransform
    spreadMethod clipPathUnits maskUnits preserveAspectRatio font-size font-family font-weight font-style text-anchor
    letter-spacing href""".split()  # noqa: SIM905 - as words it fits the page
)
_OUTSIDE = re.compile(r"url\((?!\s*['\"]?#)|[\\]|@import|javascript:|data:", re.IGNORECASE)


class LogoError(ValueError):
    """The image cannot be used as a logo; the message is for the person who chose it."""


def _keep_attribute(name: str, value: str) -> bool:
    if name == "href":
        return value.startswith("#")
    return name in _ATTRIBUTES and not _OUTSIDE.search(value)


def sanitise_svg(source: bytes) -> bytes:
    """Only shapes, gradients and text survive; no styles, scripts, images, or references that leave the document."""
    try:
        root = fromstring(source)
    except Exception as error:  # defusedxml refuses entities and DTDs with several unrelated classes
        raise LogoError(_("This SVG cannot be read.")) from error
    if root.tag != f"{_SVG}svg":
        raise LogoError(_("This SVG cannot be read."))

    def copy(element: Any) -> ET.Element:
        clean = ET.Element(element.tag)
        for name, value in element.attrib.items():
            plain = name.rpartition("}")[2]
            if _keep_attribute(plain, value):
                clean.set(plain, value)
        clean.text, clean.tail = element.text, element.tail
        for child in element:
            if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in _ELEMENTS:
                clean.append(copy(child))
        return clean

    ET.register_namespace("", _SVG.strip("{}"))
    return ET.tostring(copy(root))


def _raster(source: bytes) -> bytes:
    try:
        with Image.open(BytesIO(source)) as image:
            image.thumbnail(MAX_PIXELS)
            target = BytesIO()
            image.convert("RGBA").save(target, "PNG", optimize=True)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise LogoError(_("This image cannot be read.")) from error
    return target.getvalue()


def store_logo(image: Any) -> str:
    """Clean the Wagtail image and keep it by content. Returns its name in the storage; raises LogoError."""
    with image.file.open("rb") as stream:
        source = stream.read(MAX_BYTES + 1)
    if len(source) > MAX_BYTES:
        raise LogoError(_("The logo is larger than 2 MB."))
    svg = image.file.name.lower().endswith(".svg")
    data = sanitise_svg(source) if svg else _raster(source)
    name = f"{FOLDER}/{hashlib.sha256(data).hexdigest()}.{'svg' if svg else 'png'}"
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(data))


def logo_data_uri(name: str) -> str:
    """The stored logo as a data URI, or an empty string when there is none. Raises OSError if the storage fails."""
    if not name.startswith(f"{FOLDER}/"):
        return ""
    with default_storage.open(name, "rb") as stream:
        data = base64.b64encode(stream.read()).decode("ascii")
    return f"data:{'image/svg+xml' if name.endswith('.svg') else 'image/png'};base64,{data}"
