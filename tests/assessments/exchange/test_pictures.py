"""Pictures inside of files: into the library once, at their places, out again; and nothing of a failed or dry run."""

import base64
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries
from wagtail.images import get_image_model

from assessments.exchange import apply, pictures
from assessments.exchange.apply import apply_import
from assessments.exchange.export import export_items
from assessments.exchange.formats import get_format
from assessments.exchange.items import ExchangeItem, Level
from assessments.exchange.library import no_files_of_a_failure
from assessments.exchange.pictures import Picture, PictureError, bounded_pictures, read_picture
from assessments.exchange.plan import ImportPlan, plan_import
from assessments.exchange.raw import listed
from assessments.models import Item
from tests.assessments import factories
from tests.assessments.exchange.helpers import bilingual, meaning, outside, read, travelled
from tests.assessments.exchange.test_kinds_elsewhere import german
from tests.assessments.exchange.test_qti import declared, v2, zipped

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30"><path d="M0 0h9v9z"/>{0}</svg>'
)


def painted(colour: str = "navy", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    Pillow.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def noise() -> bytes:
    """A picture that needs many bytes."""
    buffer = BytesIO()
    Pillow.effect_noise((400, 300), 80).save(buffer, "JPEG")
    return buffer.getvalue()


def file(name: str, content: bytes, path: str = "/") -> str:
    return f'<file name="{name}" path="{path}" encoding="base64">{base64.encodebytes(content).decode()}</file>'


def quiz(text: str, files: str = "", answers: str = "", feedback: str = "") -> bytes:
    default = '<answer fraction="100"><text>Ja</text></answer><answer fraction="0"><text>Nein</text></answer>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="multichoice"><name><text>Bild</text></name>
<questiontext format="html"><text><![CDATA[{text}]]></text>{files}</questiontext>
<generalfeedback format="html"><text><![CDATA[{feedback}]]></text></generalfeedback>
<single>true</single>{answers or default}</question></quiz>""".encode()


PICTURED = quiz(
    '<p>Was zeigt es?</p><p><img src="@@PLUGINFILE@@/my%20map.png" alt="Eine Karte"></p>', file("my map.png", painted())
)


def only(content: bytes, name: str = "moodle") -> ExchangeItem:
    result = read(name, content)
    assert [problem for problem in result.problems if problem.level is not Level.LOSS] == []
    (item,) = result.items
    return item


def media_of(item: ExchangeItem, language: str = "de") -> tuple[str, str]:
    (child,) = item.raw["media"]
    return item.pictures[child["value"]["image"]].name, child["value"][f"alt_{language}"]


# --- reading ---


def test_a_picture_of_moodle_becomes_the_medium_of_the_question() -> None:
    item = only(PICTURED)
    assert media_of(item) == ("my-map.png", "Eine Karte")
    assert (item.raw["prompt_de"], item.losses) == ("Was zeigt es?", [])


def test_what_has_no_place_is_named_and_the_first_picture_stays() -> None:
    two = '<p>Links <img src="@@PLUGINFILE@@/a.png" alt="A"> rechts <img src="@@PLUGINFILE@@/b.png" alt="B"></p>'
    files = file("a.png", painted()) + file("b.png", painted("red")) + file("ton.mp3", b"ID3")
    item = only(quiz(two, files, feedback='<img src="https://example.com/c.png" alt="C">'))
    assert media_of(item) == ("a.png", "A")
    assert item.raw["prompt_de"] == "Links  rechts [B]"
    said = " ".join(item.losses)
    for part in ("not “b.png”", "“ton.mp3”", "example.com/c.png"):
        assert part in said, said


def test_answers_have_pictures_of_their_own() -> None:
    answers = (
        '<answer fraction="100" format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/cat.png" alt="Katze">]]></text>'
        f'{file("cat.png", painted())}</answer><answer fraction="0" format="html"><text><![CDATA[<p>Hund '
        f'<img src="data:image/png;base64,{base64.b64encode(painted("red")).decode()}"></p>]]></text></answer>'
    )
    item = only(quiz("Was?", answers=answers))
    first, second = (child["value"] for child in item.raw["options"])
    assert (first["text_de"], first["alt_de"], item.pictures[first["image"]].name) == ("Katze", "Katze", "cat.png")
    assert (second["text_de"], second["alt_de"], second["image"] in item.pictures) == ("Hund", "", True)
    said = " ".join(item.losses)
    assert "picture alone" in said
    assert "no alternative text" in said


def test_a_picture_as_moodle_19_wrote_it() -> None:
    old = f"<image>moodle.png</image><image_base64>\n{base64.b64encode(painted()).decode()}\n</image_base64></question>"
    assert media_of(only(quiz("Was?").replace(b"</question>", old.encode()))) == ("moodle.png", "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no picture at all", "no whole PNG"),
        (noise()[:9000], "no whole PNG"),
        (SVG.format("<script>alert(1)</script>").encode(), "scripts"),
        (SVG.format('<image href="https://example.com/a.png"/>').encode(), "references"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no size"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "no size"),
        (b"<svg", "no size"),
        (b"", "no whole PNG"),
    ],
)
def test_what_is_no_harmless_picture_is_named_and_the_question_kept(content: bytes, why: str) -> None:
    item = only(quiz('Was?<img src="@@PLUGINFILE@@/x.png" alt="X">', file("x.png", content)))
    assert "media" not in item.raw
    assert any("“x.png” is not kept" in loss and why in loss for loss in item.losses), item.losses


def test_a_harmless_drawing_is_kept() -> None:
    picture = read_picture("drawing.png", SVG.format("").encode())
    assert (picture.name, picture.width, picture.height) == ("drawing.svg", 40, 30)


def test_small_files_of_huge_pictures_cost_no_minutes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(pictures, "MAX_ALL_PIXELS", 2000)
    with bounded_pictures():
        read_picture("a", painted())
        read_picture("a", painted())  # the same one is looked at once
        with pytest.raises(PictureError, match="too many pixels"):
            read_picture("b", painted("red"))
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    with pytest.raises(PictureError, match="too many pixels"):
        read_picture("a", painted())
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10
    with pytest.raises(PictureError, match="larger than"):
        read_picture("a", painted())


def test_an_alternative_text_that_is_too_long_does_not_cost_the_question() -> None:
    item = only(quiz(f'Was?<img src="@@PLUGINFILE@@/x.png" alt="{"lang" * 90}">', file("x.png", painted())))
    assert len(media_of(item)[1]) == pictures.ALT_LENGTH
    assert "cut to 300" in item.losses[0]


# --- QTI ---

CHOICE = (
    '<p>Look.</p><p><img src="../images/sign.png" alt="A sign"/></p><choiceInteraction responseIdentifier="RESPONSE" '
    'maxChoices="1"><simpleChoice identifier="A">Yes <object type="image/png" data="../images/a%20b.png">An arrow'
    '</object></simpleChoice><simpleChoice identifier="B">No</simpleChoice></choiceInteraction>'
)
AREAS = (
    '<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="{1}"><prompt>Where?</prompt><object data="map.png" '
    'type="image/png" {0}>A map</object><hotspotChoice identifier="A" shape="circle" coords="50,25,10"/>'
    '<hotspotChoice identifier="B" shape="rect" coords="0,0,20,10" hotspotLabel="Corner"/><hotspotChoice '
    'identifier="C" shape="poly" coords="60,10,80,10,70,30"/><hotspotChoice identifier="D" shape="ellipse" '
    'coords="90,40,20,5"/></hotspotInteraction>'
)


def test_pictures_of_a_package_are_found_from_their_item() -> None:
    item_file = v2(CHOICE, declared("single", "identifier", ["A"]))
    files: dict[str, str | bytes] = {
        "items/q.xml": item_file,
        "images/sign.png": painted(),
        "images/a b.png": painted("red"),
    }
    item = only(zipped(files), "qti")
    assert media_of(item) == ("sign.png", "A sign")
    first = item.raw["options"][0]["value"]
    assert (first["text_de"], first["alt_de"], item.pictures[first["image"]].name) == ("Yes", "An arrow", "a-b.png")
    assert item.losses == []
    del files["images/sign.png"]
    assert any("sign.png” is not taken over" in loss for loss in only(zipped(files), "qti").losses)


@pytest.mark.parametrize(("size", "pixels"), [("width='100' height='50'", (300, 300)), ("", (100, 50))])
def test_areas_lie_where_they_lay(size: str, pixels: tuple[int, int]) -> None:
    """Coordinates are those of the declared size, which may be another one than the file's."""
    text = v2(AREAS.format(size, 1), declared("single", "identifier", ["B"]))
    item = only(zipped({"q.xml": text, "map.png": painted(size=pixels)}), "qti")
    assert (item.kind, item.raw["several"], item.raw["alt_de"]) == ("hotspot", False, "A map")
    assert item.pictures[item.raw["image"]].name == "map.png"
    areas = [child["value"] for child in item.raw["options"]]
    assert [(one["text_de"], one["correct"], one["shape"]) for one in areas] == [
        ("A", False, "circle"), ("Corner", True, "rect"), ("C", False, "rect"), ("D", False, "circle"),
    ]  # fmt: skip
    assert [[float(one[name]) for name in ("left", "top", "width", "height")] for one in areas] == [
        [40, 30, 20, 40], [0, 0, 20, 20], [60, 20, 20, 40], [70, 70, 30, 20],
    ]  # fmt: skip
    said = " ".join(item.losses)
    assert "no names" in said
    assert "many corners" in said


def test_areas_without_their_picture_keep_their_places_if_its_size_is_said() -> None:
    several = declared("multiple", "identifier", ["A", "B"])
    item = only(v2(AREAS.format("width='100' height='50'", 0), several).encode(), "qti")
    assert (item.kind, item.raw["several"], "image" in item.raw) == ("hotspot", True, False)
    assert any("map.png” is not taken over" in loss for loss in item.losses)
    (problem,) = read("qti", v2(AREAS.format("", 0), several)).problems
    assert "How large its picture is" in problem.message


# --- round trips ---


def picture(colour: str = "navy", alt: str = "Ein <Bild> & mehr", size: tuple[int, int] = (40, 30)) -> Picture:
    return Picture("bild.png", painted(colour, size), *size, alt)


def pictured(kind: str = "single_choice") -> ExchangeItem:
    """An item as an export gets it: its pictures are known by numbers."""
    options = [
        {"correct": right, **bilingual("de", text=text, feedback="")} for text, right in (("a < b", True), ("b", False))
    ]
    options[1] |= {"image": 2, **bilingual("de", alt="Rot")}
    raw = {
        **bilingual("de", prompt="Was?\nUnd was?\n\nUnd warum <b>?", feedback=""),
        "options": listed(options),
        "media": [{"type": "picture", "id": "m", "value": {"image": 1, **bilingual("de", alt="Ein <Bild> & mehr")}}],
    }
    item = outside(kind, raw)
    item.pictures = {"1": picture(), "2": picture("red", "")}
    return item


@pytest.mark.parametrize("name", ["moodle", "qti"])
def test_pictures_come_back_as_they_went(name: str) -> None:
    item = pictured()
    back = travelled(name, item)
    for number, found in ((1, back.raw["media"][0]["value"]), (2, back.raw["options"][1]["value"])):
        assert back.pictures[found["image"]].content == item.pictures[str(number)].content
    for raw in (item.raw, back.raw):
        raw["media"][0]["value"]["image"] = raw["options"][1]["value"]["image"] = 0
    assert meaning("single_choice", back.raw) == meaning("single_choice", item.raw)
    assert back.losses == []


@pytest.mark.parametrize("name", ["gift", "aiken", "xlsx"])
def test_formats_without_pictures_say_so(name: str) -> None:

    written = get_format(name).write([pictured()], "de")
    assert any("icture" in problem.message for problem in written.problems)


@pytest.mark.parametrize("size", [(40, 30), (206, 280), (1600, 900), (333, 17)])
@pytest.mark.parametrize(("key", "several"), [("+--", False), ("++-", True), ("+++", True)])
def test_areas_come_back_at_their_places(size: tuple[int, int], key: str, several: bool) -> None:
    raw = german(factories.hotspot_raw(key, several=several))
    item = outside("hotspot", raw)
    item.pictures = {"1": picture(alt="", size=size)}
    back = travelled("qti", item)
    assert (back.kind, back.losses) == ("hotspot", [])
    assert back.pictures[back.raw["image"]].content == item.pictures["1"].content
    back.raw["image"] = raw["image"]
    assert meaning("hotspot", back.raw) == meaning("hotspot", raw)


def test_moodle_gets_the_list_of_areas_with_the_picture_above_it() -> None:
    item = outside("hotspot", german(factories.hotspot_raw("+--")))
    item.pictures = {"1": picture(alt="")}
    back = travelled("moodle", item)
    assert (back.kind, back.raw["media"][0]["value"]["alt_de"]) == ("single_choice", "Three desks (de)")


# --- the bank ---


def rows() -> Any:
    return get_image_model().objects.order_by("pk")


def files() -> set[str]:
    return set(default_storage.listdir("original_images")[1]) if default_storage.exists("original_images") else set()


def load(content: bytes, name: str = "moodle") -> ImportPlan:
    return apply_import(content, format_name=name, language="de", actor=None)


@pytest.mark.django_db
def test_an_import_puts_a_picture_into_the_library_once() -> None:
    before = files()
    dry = plan_import(PICTURED, format_name="moodle", language="de")
    assert (len(dry.new_pictures), rows().count(), files()) == (1, 0, before), "a dry run writes nothing"
    load(PICTURED)
    image = rows().get()
    assert (image.title, image.width, image.file_hash) == ("my-map", 40, picture().digest)
    item = Item.objects.get()
    child = item.get_latest_revision_as_object().body[0].value["media"][0]
    assert (child.value["image"], child.value["alt_de"]) == (image, "Eine Karte")
    assert load(PICTURED).counts()["unchanged"] == 1
    other = quiz('Und das?<img src="@@PLUGINFILE@@/other.png" alt="Auch">', file("other.png", painted()))
    assert load(other.replace(b"Ja", b"Doch")).counts()["new"] == 1
    assert (rows().count(), len(files() - before)) == (1, 1)


@pytest.mark.django_db
def test_a_new_picture_is_a_new_draft_and_a_file_without_one_takes_none_away() -> None:
    load(PICTURED)
    assert load(quiz("<p>Was zeigt es?</p>")).counts()["unchanged"] == 1
    changed = load(PICTURED.replace(base64.encodebytes(painted()), base64.encodebytes(painted("red"))))
    assert changed.counts()["changed"] == 1
    child = Item.objects.get().get_latest_revision_as_object().body[0].value["media"][0]
    assert (child.value["image"], rows().count()) == (rows().last(), 2)


@pytest.mark.django_db
def test_a_failed_import_leaves_neither_rows_nor_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = files()

    def fail(*_args: Any) -> None:
        assert len(files() - before) == 1, "the picture is there when it fails"
        raise RuntimeError("disk full")

    monkeypatch.setattr(apply, "_save", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        load(PICTURED)
    assert (rows().count(), files()) == (0, before)
    monkeypatch.undo()

    @no_files_of_a_failure()
    def failing_later() -> None:
        load(PICTURED)
        raise RuntimeError("later")  # as when the transaction around the import fails

    with pytest.raises(RuntimeError, match="later"):
        failing_later()
    assert files() == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["moodle", "qti"])
def test_an_export_that_is_imported_again_changes_nothing(name: str) -> None:
    load(PICTURED)
    file = export_items(Item.objects.all(), format_name=name, language="de")
    assert [problem.message for problem in file.problems] == []
    if name == "qti":
        names = zipfile.ZipFile(BytesIO(file.content)).namelist()
        assert any(one.startswith("items/pictures/") for one in names)
    assert load(file.content, name).counts() == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}
    default_storage.delete(rows().get().file.name)
    gone = export_items(Item.objects.all(), format_name=name, language="de")
    assert (gone.written, [problem.message[:11] for problem in gone.problems]) == (1, ["The picture"])


@pytest.mark.django_db
def test_pictures_cost_one_query_and_not_one_each(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def many(count: int) -> bytes:
        one = PICTURED.partition(b"<quiz>")[2].partition(b"</quiz>")[0]
        return (
            b"<quiz>"
            + b"".join(one.replace(b"Was zeigt es?", f"Was zeigt Bild {number}?".encode()) for number in range(count))
            + b"</quiz>"
        )

    for count in (1, 3):
        with django_assert_num_queries(3):
            plan = plan_import(many(count), format_name="moodle", language="de")
        assert len(plan.items) == count
