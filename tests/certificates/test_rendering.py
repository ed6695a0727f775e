"""The document: one tagged A4 page with embedded fonts, that fetches nothing, whatever the text says."""

import re
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from PIL import Image as PillowImage

from certificates import rendering
from certificates.codes import new_code, printed_code
from certificates.guilloche import page_background
from certificates.logo import LogoError, sanitise_svg
from certificates.models import CertificateSettings
from certificates.wording import MISLEADING, WORDS, words
from enablement.core.colours import WHITE, contrast

CODE = new_code()
URL = f"https://learn.example.com/verify/{CODE}"
HOSTILE = '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">&amp;'


def frozen(**changes: Any) -> dict[str, Any]:
    return {
        "form": 1,
        "holder": "Alice Adler",
        "title": "Wie Unternehmen kaufen",
        "is_path": False,
        "contents": ["Die Käufergruppe", "Sechs Kaufaufgaben"],
        "minutes": 90,
        "units": "2,0",
        "text": words("de").attendance_text,
        "issuer": "Muster GmbH",
        "place": "Köln",
        "signatory_name": "Dr. Petra Vogt",
        "signatory_role": "Personalentwicklung",
        "accent": "#0b6272",
        "logo": "",
        "issued_on": "2026-06-01",
        "valid_until": None,
        **changes,
    }


def pdf(language: str = "de", kind: str = "achievement", *, sample: bool = False, **changes: Any) -> pikepdf.Pdf:
    data = rendering.render_pdf(
        frozen(**changes),
        kind=kind,
        language=language,
        number="DP-2026-000123",
        code=CODE,
        verify_url=URL,
        sample=sample,
    )
    return pikepdf.open(BytesIO(data))


def structure(document: pikepdf.Pdf) -> list[Any]:
    """All elements of the tag tree, in reading order."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for each in node:
                walk(each)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node.K)

    walk(document.Root.StructTreeRoot.K)
    return found


def html(**changes: Any) -> tuple[str, frozenset[str]]:
    return rendering.certificate_html(
        frozen(**changes), kind="achievement", language="de", number="DP-1", code=CODE, verify_url=URL, sample=False
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_document_is_one_tagged_page(language: str) -> None:
    with pdf(language) as document:
        assert len(document.pages) == 1
        left, bottom, right, top = (float(value) for value in document.pages[0].mediabox)
        assert (round((right - left) / 72 * 25.4), round((top - bottom) / 72 * 25.4)) == (297, 210)
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == language
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "Wie Unternehmen kaufen" in metadata["dc:title"]
        tags = [str(element.S) for element in structure(document)]
        assert tags.count("/H1") == 1
        assert tags.count("/H2") == 1
        assert "/L" in tags
        figures = [element for element in structure(document) if element.S == "/Figure"]
        assert len(figures) == 1
        assert URL in str(figures[0].Alt)


def test_all_fonts_are_embedded() -> None:
    with pdf() as document:
        fonts = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in fonts)


def test_everything_that_custom_asks_for_is_printed() -> None:
    text, _ = html(valid_until="2028-06-01")
    for expected in (
        "Zertifikat", "Alice Adler", "Wie Unternehmen kaufen", "Die Käufergruppe", "90 Minuten (2,0 UE)",
        "1. Juni 2026", "1. Juni 2028", "Muster GmbH", "Dr. Petra Vogt", "DP-1", printed_code(CODE), "Köln",
    ):  # fmt: skip
        assert expected in text


@pytest.mark.parametrize("language", ["de", "en"])
def test_our_own_words_suggest_no_official_examination(language: str) -> None:
    own = WORDS[language]
    assert not MISLEADING.search(" ".join(str(value) for value in vars(own).values()))


def test_long_names_and_many_lessons_still_fit_one_page() -> None:
    with pdf(
        holder="Maximiliane-Friederike " * 5,
        title="Gemeinsam verkaufen in schwierigen Zeiten " * 6,
        contents=[f"Lektion {number}: " + "Ein langer Titel mit vielen Wörtern " * 2 for number in range(40)],
    ) as document:
        assert len(document.pages) == 1
    text, _ = html(contents=[f"Lektion {number}" for number in range(40)])
    assert "und 29 weitere" in text


def test_hostile_text_is_escaped_and_nothing_is_fetched(caplog: pytest.LogCaptureFixture) -> None:
    hostile = dict.fromkeys(("holder", "title", "text", "issuer", "place", "signatory_name"), HOSTILE)
    text, allowed = html(**hostile, contents=[HOSTILE])
    assert '<img src="file:' not in text
    assert "&lt;img" in text
    assert all(uri.startswith("data:") for uri in allowed)
    with pdf(**hostile, contents=[HOSTILE]) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
    assert "denied" not in caplog.text  # escaped text does not even ask


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1/", "https://example.com/", "data:text/plain,x", "ftp://x/", "/x"]
)
def test_the_fetcher_denies_all_but_our_own_data(url: str) -> None:
    ours = "data:text/plain;base64,eA=="
    fetcher = rendering.OnlyOurs(frozenset({ours}))
    with pytest.raises(ValueError, match="fetch nothing"):
        fetcher.fetch(url)
    assert fetcher.fetch(ours).read() == b"x"


def test_a_template_that_asked_for_a_file_would_be_denied(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Plants the fault: without the fetcher this would read the file."""

    def unescaped(*_args: Any) -> str:
        return '<html lang="de"><title>x</title><img alt="x" src="file:///etc/passwd"></html>'

    monkeypatch.setattr(rendering, "render_to_string", unescaped)
    with pdf() as document:
        assert len(document.pages) == 1
    assert "was denied" in caplog.text


def test_the_qr_is_one_path() -> None:
    svg = rendering.qr_svg(URL).decode()
    assert svg.count("<path") == 1
    assert "<rect" not in svg


def test_the_guilloche_takes_the_accent() -> None:
    svg = page_background("#7a1fa2")
    assert "#7a1fa2" in svg
    assert "#0b6272" not in svg


def test_one_font_configuration_per_process() -> None:
    first = rendering._fonts()
    pdf().close()
    assert rendering._fonts() is first


def test_a_sample_says_so() -> None:
    text, _ = rendering.certificate_html(
        frozen(), kind="attendance", language="de", number="x", code=CODE, verify_url=URL, sample=True
    )
    assert "Muster</p>" in text
    assert "Teilnahmebescheinigung" in text


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">%s</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b'<image x:href="file:///etc/passwd"/>',
        b'<use x:href="http://evil.example/x.svg#a"/>',
        b'<rect fill="url(http://evil.example/a)"/>',
        b'<rect style="fill:url(file:///etc/passwd)"/>',
        b"<style>@import url(http://evil.example)</style>",
        b"<foreignObject><iframe src='http://evil.example'/></foreignObject>",
        b'<rect onclick="alert(1)"/>',
    ],
)
def test_svg_logos_are_sanitised(inside: bytes) -> None:
    clean = sanitise_svg(SVG % (inside + b'<path d="M0 0h9v9z" fill="#0b6272"/>')).decode()
    assert 'd="M0 0h9v9z"' in clean
    assert not re.search(r"script|image|evil|passwd|style|foreign|onclick", clean)


@pytest.mark.parametrize(
    "source",
    [b"no xml", b"<html/>", b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'],
)
def test_svg_logos_that_are_none_are_refused(source: bytes) -> None:
    with pytest.raises(LogoError):
        sanitise_svg(source)


@pytest.mark.django_db
def test_a_raster_logo_is_stored_by_content_and_printed() -> None:
    from django.core.files.base import ContentFile
    from wagtail.images.models import Image

    target = BytesIO()
    PillowImage.new("RGB", (40, 20), "#0b6272").save(target, "PNG")
    image = Image.objects.create(title="Logo", file=ContentFile(target.getvalue(), "logo.png"))
    layout = CertificateSettings.load()
    layout.logo = image
    layout.full_clean()
    layout.save()
    assert re.fullmatch(r"certificates/brand/[0-9a-f]{64}\.png", layout.logo_file)
    with pdf(logo=layout.logo_file) as document:
        alternatives = [str(each.Alt) for each in structure(document) if each.S == "/Figure"]
        assert alternatives[0] == "Logo von Muster GmbH"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "#f5b301"),
        ("accent", "teal"),
        ("achievement_text_de", "ist jetzt zertifiziert in"),
        ("attendance_text_de", "IHK-Zeugnis"),
    ],
)
def test_the_layout_refuses_what_must_not_be_printed(name: str, value: str) -> None:
    from django.core.exceptions import ValidationError

    layout = CertificateSettings.load()
    layout.full_clean()
    setattr(layout, name, value)
    with pytest.raises(ValidationError) as caught:
        layout.full_clean()
    assert set(caught.value.message_dict) == {name}


def test_contrast_follows_wcag() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#ffffff", WHITE) == pytest.approx(1)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)
