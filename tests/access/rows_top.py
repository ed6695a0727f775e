"""Addresses of the wiring: health, files, brand, help."""

from pathlib import PurePosixPath

from django.core.cache import cache

from courses.models import BrandSettings
from enablement.core.cache import forget
from tests.access.engine import Row
from tests.access.world import ALL, NO_PK, NOBODY, PEOPLE, World


def _brand(world: World) -> None:
    BrandSettings.objects.update_or_create(defaults={"logo": world.image})
    cache.clear()
    forget()


def _media(world: World) -> dict[str, str]:
    return {"name": world.image.file.name}


def _document(world: World) -> str:
    return f"/documents/{world.document.pk}/{PurePosixPath(world.document.file.name).name}"


ROWS = [
    Row("health_live", ALL, shows="ok"),
    Row("health_ready", ALL, shows='"sweeps": "ok"'),
    Row("health_metrics", NOBODY, anonymous=404),
    Row("help", PEOPLE),
    Row("brand_stylesheet", ALL),
    Row("brand_logo", ALL, prepare=_brand, shows="PNG", writes=frozenset({"wagtailimages_rendition"})),
    Row("media", PEOPLE, _media, {"name": "original_images/none.png"}, shows="PNG"),
    Row("media", NOBODY, lambda world: {"name": world.certificate.file}, {"name": "certificates/none.pdf"},
        note="a certificate's file"),
    Row("media", NOBODY, lambda world: {"name": world.export.file.name}, {"name": "exports/none.csv"},
        note="an export's file"),
    Row("media", NOBODY, lambda world: {"name": world.document.file.name}, {"name": "documents/none.pdf"},
        note="a document's file"),
    Row("media", NOBODY, lambda world: {"name": "images/../certificates/x.pdf"}, note="up the tree"),
    Row("media", NOBODY, lambda world: {"name": "original_images/"}, {"name": "images/none/"}, note="a folder"),
    Row("media", NOBODY, lambda world: {"name": "images/\x00.png"}, {"name": "images/none.png"}, note="no file name"),
    Row("wagtaildocs_serve", PEOPLE, url=_document, missing_url=f"/documents/{NO_PK}/vorlage.pdf",
        shows="%PDF-1.7 vorlage"),
]  # fmt: skip
