"""The import into the bank: a dry run that writes nothing, drafts and no more, two languages in one item."""

from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from assessments.enums import ItemState
from assessments.exchange import limits
from assessments.exchange.apply import apply_import
from assessments.exchange.export import export_items
from assessments.exchange.formats import detect
from assessments.exchange.items import Level, Problem, gathered
from assessments.exchange.plan import ImportPlan, plan_import
from assessments.models import Item, ItemVersion
from tests.assessments import factories

GERMAN = """$CATEGORY: $course$/top/Anzeichen

// [id:q-1] [tag:M01]
::Runde::Was hilft?{=Reden#Ja. ~Schweigen#Nein. ####Darum.}

// [id:q-2]
::Zahl::Wie viel?{#3:1}
"""
ENGLISH = """$CATEGORY: $course$/top/Signs

// [id:q-1]
::Meeting::What helps?{=Talking#Yes. ~Silence#No. ####That is why.}
"""

pytestmark = pytest.mark.django_db


def load(text: str, language: str = "de", name: str = "gift") -> ImportPlan:
    return apply_import(text.encode(), format_name=name, language=language, actor=None)


def dry(text: str, language: str = "de", name: str = "gift") -> ImportPlan:
    return plan_import(text.encode(), format_name=name, language=language)


def newest(title: str) -> Item:
    item: Item = Item.objects.get(title=title).get_latest_revision_as_object()
    return item


def zipped(*names: str) -> bytes:
    """An archive of these files and folders; of XML, a list of questions that is none of QTI."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "" if name.endswith("/") else "<quiz/>")
    return buffer.getvalue()


def messages(plan: ImportPlan, level: Level) -> list[str]:
    return [problem.message for problem in plan.at(level)]


def test_items_arrive_as_drafts_with_topic_tags_and_what_is_missing() -> None:
    plan = load(GERMAN)
    assert plan.counts() == {"new": 2, "changed": 0, "unchanged": 0, "left_out": 0}
    assert [planned.missing for planned in plan.items] == [["en"], ["en"]]
    item = Item.objects.get(title="Runde")
    assert (item.live, item.state, item.kind, item.topic) == (False, ItemState.DRAFT, "single_choice", "Anzeichen")
    assert list(item.tags.names()) == ["M01"]
    assert item.latest_revision is not None
    assert item.body[0].value["options"][0]["feedback_de"] == "Ja."
    assert not ItemVersion.objects.exists()


def test_a_dry_run_writes_nothing() -> None:
    assert dry(GERMAN).counts()["new"] == 2
    assert not Item.objects.exists()


def test_a_second_import_changes_nothing_and_says_so() -> None:
    load(GERMAN)
    before = list(Item.objects.order_by("pk").values())
    plan = load(GERMAN)
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 2, "left_out": 0}
    assert list(Item.objects.order_by("pk").values()) == before


def test_the_other_language_fills_the_same_item_and_keeps_its_options() -> None:
    load(GERMAN)
    ids = [child.id for child in newest("Runde").body[0].value["options"].bound_blocks]
    plan = load(ENGLISH, "en")
    assert plan.counts() == {"new": 0, "changed": 1, "unchanged": 0, "left_out": 0}
    assert plan.items[0].missing == []
    item = newest("Runde")
    value = item.body[0].value
    assert (value["prompt_de"], value["prompt_en"]) == ("Was hilft?", "What helps?")
    assert (item.topic, item.topic_en) == ("Anzeichen", "Signs")
    assert [(one["text_de"], one["text_en"], one["correct"]) for one in value["options"]] == [
        ("Reden", "Talking", True),
        ("Schweigen", "Silence", False),
    ]
    assert [child.id for child in value["options"].bound_blocks] == ids
    assert load(ENGLISH, "en").counts()["unchanged"] == 1
    assert load(GERMAN).counts()["unchanged"] == 2


def test_a_translation_with_its_answers_in_another_order_is_left_out() -> None:
    """Its texts would else stand beside the wrong marks."""
    load(GERMAN)
    plan = load(ENGLISH.replace("{=Talking#Yes. ~Silence#No.", "{~Silence#No. =Talking#Yes."), "en")
    assert plan.counts()["left_out"] == 1
    assert "right answers" in plan.at(Level.ITEM)[0].message
    fewer = load(ENGLISH.replace("~Silence#No.", "~Silence#No. ~Waiting#No."), "en")
    assert "none of them can be recognised" in fewer.at(Level.ITEM)[0].message


def test_a_changed_text_becomes_a_new_draft_of_the_live_item() -> None:
    load(GERMAN)
    item = Item.objects.get(title="Runde")
    item.get_latest_revision_as_object().save_revision().publish()
    plan = load(GERMAN.replace("Schweigen", "Warten"))
    assert plan.counts() == {"new": 0, "changed": 1, "unchanged": 1, "left_out": 0}
    item.refresh_from_db()
    assert (item.live, item.has_unpublished_changes, item.versions.count()) == (True, True, 1)
    assert item.body[0].value["options"][1]["text_de"] == "Schweigen", "what learners get did not change"
    assert newest("Runde").body[0].value["options"][1]["text_de"] == "Warten"


def test_what_a_format_cannot_say_stays_in_the_item() -> None:
    """An Aiken file has no feedback: importing it must not take the feedback away."""
    load(GERMAN)
    plan = load("Was hilft?\nA. Reden\nB. Schweigen\nANSWER: A\n", name="aiken")
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}


def test_a_title_alone_does_not_overwrite_another_question() -> None:
    load("::Frage 1::Was hilft gegen Silos im Vertrieb?{=Reden ~Schweigen}\n")
    plan = load("::Frage 1::Wer unterschreibt die Vereinbarung?{=Beide ~Keiner}\n")
    assert plan.counts()["new"] == 1
    assert Item.objects.count() == 2
    changed = load("::Frage 1::Wer unterschreibt diese Vereinbarung?{=Beide ~Niemand}\n")
    assert changed.counts()["new"] == 1, "two items have that title now, so it names none"


def test_a_title_and_a_similar_question_name_the_same_item() -> None:
    load("::Silos::Was hilft gegen Silos im Vertrieb?{=Reden ~Schweigen ~Warten}\n")
    plan = load("::Silos::Was hilft gegen Silos im Verkauf?{=Reden ~Schweigen ~Weglaufen}\n")
    assert plan.counts() == {"new": 0, "changed": 1, "unchanged": 0, "left_out": 0}


def test_an_id_that_others_use_too_does_not_overwrite_their_question() -> None:
    """“Q1” stands in many files. An id of ours, a UUID, is trusted; another one only with a question that is alike."""
    load("// [id:Q1]\nWas hilft gegen Silos im Vertrieb?{=Reden ~Schweigen}\n")
    other = "// [id:Q1]\nWer unterschreibt?{=Beide ~Keiner}\n"
    plan = load(other)
    assert plan.counts()["new"] == 1
    assert "“Q1”" in plan.at(Level.LOSS)[0].message
    assert load(other).counts()["unchanged"] == 1
    assert Item.objects.count() == 2


def test_the_same_words_before_other_answers_are_another_question() -> None:
    text = "Was stimmt?{=Eins ~Zwei}\n\nWas stimmt?{=Drei ~Vier}\n\nWas stimmt?{=Eins ~Zwei}\n"
    plan = load(text)
    assert (plan.counts()["new"], plan.counts()["left_out"]) == (2, 1)
    assert plan.at(Level.ITEM)[0].line == 5
    assert load(text).counts()["unchanged"] == 2


def test_what_is_longer_than_a_field_and_what_is_another_kind_is_left_out() -> None:
    load(GERMAN)
    plan = load(f"// [id:q-3]\n::Lang::{'x' * 2001}{{=a ~b}}\n\n// [id:q-1]\n::Runde::Was hilft?{{#3}}\n")
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 0, "left_out": 2}
    assert "2001" in plan.at(Level.ITEM)[0].message
    assert Item.objects.count() == 2


def test_a_locked_item_is_left_alone() -> None:
    load(GERMAN)
    Item.objects.update(locked=True)
    assert load(GERMAN).counts()["unchanged"] == 2
    assert load(GERMAN.replace("Schweigen", "Warten")).counts()["left_out"] == 1


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Item.save_revision

    def fail(self: Item, **kwargs: Any) -> Any:
        if self.title == "Zahl":
            raise RuntimeError("power cut")
        return real(self, **kwargs)

    monkeypatch.setattr(Item, "save_revision", fail)
    with pytest.raises(RuntimeError):
        load(GERMAN)
    assert not Item.objects.exists()


@pytest.mark.parametrize("copies", [1, 12])
def test_a_dry_run_costs_the_same_for_any_number_of_items(
    django_assert_num_queries: DjangoAssertNumQueries, copies: int
) -> None:
    text = "".join(f"// [id:n{number}]\n::N{number}::Was {number}?{{=a ~b}}\n\n" for number in range(copies))
    load(text)
    with django_assert_num_queries(2):
        assert dry(text).counts()["unchanged"] == copies


FIVE = ("single_choice", "multiple_choice", "numeric", "matching", "ordering")


@pytest.mark.parametrize(("name", "kinds"), [("gift", FIVE[:3]), ("moodle", FIVE), ("qti", FIVE)])
def test_the_bank_comes_back_as_it_is(name: str, kinds: tuple[str, ...]) -> None:
    """Export in both languages, import both: nothing changes. Then into an empty bank: the same meaning."""
    for kind in kinds:
        factories.item(kind, tags=["M01"], topic="Silos", topic_en="Silos", title=kind, difficulty="hard")
    files = {
        language: export_items(Item.objects.all(), format_name=name, language=language).content
        for language in ("de", "en")
    }
    for language, content in files.items():
        plan = apply_import(content, format_name=name, language=language, actor=None)
        assert plan.counts() == {"new": 0, "changed": 0, "unchanged": len(kinds), "left_out": 0}
    kept = {item.key: item.frozen_content() for item in Item.objects.all()}
    Item.objects.all().delete()
    for language, content in files.items():
        apply_import(content, format_name=name, language=language, actor=None)
    back = {item.key: item.get_latest_revision_as_object() for item in Item.objects.all()}
    assert set(back) == set(kept)
    assert {item.difficulty for item in back.values()} == {"hard"}
    assert {tag for item in back.values() for tag in item.tags.names()} == {"M01"}, "it is no tag here"
    assert all(
        not item.live and item.get_latest_revision_as_object().languages == ["de", "en"] for item in back.values()
    )


def test_answers_that_differ_by_case_alone_keep_their_places() -> None:
    text = "::Haus::Wer siegte?{=York =%50%york}\n"
    load(text)
    assert load(text).counts()["unchanged"] == 1


class TestCommands:
    def run(self, *args: Any) -> tuple[str, str]:
        out, err = StringIO(), StringIO()
        call_command(*args, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_import_says_file_line_and_reason(self, tmp_path: Path) -> None:
        path = tmp_path / "items.gift"
        path.write_text(GERMAN + "\nHow?{=a ~%50%b}\n\nBad {=a\n", "utf-8")
        out, err = self.run("import_items", path, "--dry-run")
        assert f"{path}:4: new single_choice “Runde” [missing: en]" in out
        assert "3 would be created" in out
        assert f"{path}:9: lost “How?”" in err
        assert f"{path}:11: left out" in err
        assert not Item.objects.exists()
        with pytest.raises(CommandError):
            self.run("import_items", path, "--strict")
        assert not Item.objects.exists()
        assert "3 created as drafts" in self.run("import_items", path)[0]
        assert (
            "0 created as drafts, 0 changed in a new draft, 3 unchanged, 1 left out."
            in self.run("import_items", path)[0]
        )

    def test_export_writes_what_the_tags_choose(self, tmp_path: Path) -> None:
        factories.item(tags=["M01"])
        factories.item(tags=["M02"])
        factories.item("ordering", tags=["M01"])
        path = tmp_path / "out.txt"
        _out, err = self.run("export_items", "--format", "aiken", "--tag", "M01", "--output", path)
        assert path.read_text().count("ANSWER:") == 1
        assert "1 items written, 1 left out." in err
        with pytest.raises(CommandError):
            self.run("export_items", "--format", "aiken", "--output", tmp_path / "no" / "such")

    def test_files_that_cannot_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_BYTES", 20)
        large = tmp_path / "large.gift"
        large.write_bytes(b"x" * 21)
        for path in (tmp_path / "missing", large):
            with pytest.raises(CommandError):
                self.run("import_items", path)

    @pytest.mark.parametrize(
        ("content", "named", "why"),
        [
            (b"", "", "is empty"),
            (b" \n\t", "gift", "is empty"),
            (b"\xef\xbb\xbf", "", "is empty"),
            (bytes(range(256)) * 9, "", "not a text file"),
            (b"Just a sentence.\n", "", "Nothing is asked here"),
            (b"<html><body>{=a}</body></html>", "", "begins with <html>"),
            (b"<!-- {T} --><!DOCTYPE a><svg/>", "", "begins with <svg>"),
            (b'<?xml version="1.0"?><quiz/>', "", "no question"),
            (b"<quiz/>", "gift", "looks like Moodle XML, not like GIFT"),
            (b"<quiz/>", "qti", "looks like Moodle XML, not like QTI"),
            (b"What?\nA. a\nB. b\nANSWER: A", "gift", "looks like Aiken, not like GIFT"),
            (b"What?{T}", "moodle", "not well-formed"),
            (b"What?{T}", "qti", "not well-formed"),
            (b"What?{T}", "aiken", "ANSWER line"),
            (b"What?{T}", "xlsx", "looks like GIFT"),
            (b"<questestinterop/>", "", "QTI 1.2"),
            (b'<assessmentTest title="T"/>', "", "only names its items"),
            (b"<manifest/>", "", "manifest of a package alone"),
            (b"PK\x03\x04 no archive", "", "damaged"),
            (zipped(), "", "archive is empty"),
            (zipped(), "qti", "archive is empty"),
            (zipped(), "xlsx", "archive is empty"),
            (zipped("a/", "a/b/"), "", "folders alone"),
            (zipped("quiz.gift", "a/quiz.xml"), "", "no item of QTI, but: quiz.gift, a/quiz.xml"),
            (zipped("[Content_Types].xml", "word/document.xml"), "", "document of Word"),
            (zipped("mimetype", "content.xml"), "", "LibreOffice"),
            (b"\x1f\x8b\x08\0\0\0", "", "backup of Moodle"),
            (b"\x1f\x8b\x08\0\0\0", "moodle", "backup of Moodle"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "Save it as XLSX"),
            (b"%PDF-1.7 What?{T}", "", "is a PDF"),
            (b"Rar!\x1a\x07\0", "qti", "no ZIP"),
        ],
    )
    def test_a_file_that_gives_nothing_says_why_and_fails(
        self, tmp_path: Path, content: bytes, named: str, why: str
    ) -> None:
        path = tmp_path / "file"
        path.write_bytes(content)
        err = StringIO()
        for more in ([], ["--dry-run"]):
            with pytest.raises(CommandError, match="Nothing was imported"):
                call_command("import_items", path, *more, format=named, stdout=StringIO(), stderr=err)
            assert why in err.getvalue()
        assert not Item.objects.exists()

    def test_a_folder_and_a_file_of_100_megabytes_are_refused_unread(self, tmp_path: Path) -> None:
        large = tmp_path / "large.xml"
        with large.open("wb") as file:
            file.truncate(100 * limits.MEGABYTE)
        for path, why in ((tmp_path, "directory"), (large, "larger than 32 MB")):
            with pytest.raises(CommandError, match=why):
                self.run("import_items", path)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
    def test_encodings_that_windows_writes_are_read(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "items.txt"
        path.write_bytes("Was ist größer?\r\nA. Äpfel\r\nB. Öl\r\nANSWER: B\r\n".encode(encoding))
        self.run("import_items", path)
        assert Item.objects.get().body[0].value["options"][1]["text_de"] == "Öl"


def test_what_a_file_left_open_leaves_in_a_sheet_as_the_editor_shows_it() -> None:
    """“Umlauts written otherwise are right” is on unless somebody turns it off: the sheet may not do that."""
    load("::Wort::Was?{=Müll}\n\n::Text::Warum?{}\n")
    sheet = export_items(Item.objects.all(), format_name="xlsx", language="de").content
    plan = apply_import(sheet, format_name="xlsx", language="de", actor=None)
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 2, "left_out": 0}
    assert newest("Wort").body[0].value["umlauts"] is True


def test_another_text_with_the_same_words_to_choose_does_not_overwrite_the_first() -> None:
    def exercise(name: str, text: str) -> str:
        words = "".join(f"<selectoption><text>{word}</text><group>1</group></selectoption>" for word in ("der", "die"))
        return (
            f'<quiz><question type="gapselect"><name><text>{name}</text></name>'
            f"<questiontext><text>{text}</text></questiontext>{words}</question></quiz>"
        )

    for name, text in (("Artikel 1", "Das ist [[1]] Tisch."), ("Artikel 2", "Das ist [[2]] Tasche.")):
        assert load(exercise(name, text), name="moodle").counts()["new"] == 1
    assert load(exercise("Artikel 2", "Das ist [[2]] Tasche."), name="moodle").counts()["unchanged"] == 1
    assert load(exercise("Artikel 2", "Dies ist [[2]] Tasche."), name="moodle").counts()["changed"] == 1


class TestWhatManyItemsShare:
    def test_it_is_said_once_with_every_line(self) -> None:
        text = "".join(f"::T{number}::[markdown]Frage {number}?{{T}}\n\n" for number in range(7))
        (said,) = dry(text).at(Level.LOSS)
        assert (said.line, said.where) == (1, "7 items: lines 1, 3, 5, 7, 9, 11, 13")

    def test_of_very_many_lines_the_rest_is_counted(self) -> None:
        text = "".join(f"::T{number}::[markdown]Frage {number}?{{T}}\n\n" for number in range(50))
        (said,) = dry(text).at(Level.LOSS)
        assert said.where.startswith("50 items: lines 1, 3, 5, ")
        assert said.where.endswith(", 59 and 20 more")

    def test_files_of_a_package_and_names_of_an_export_are_told(self) -> None:
        alike = [Problem(Level.LOSS, 2, "T", "Gone", f"items/{letter}.xml") for letter in "fedcba"]
        (said,) = gathered(alike)
        assert said.where == "6 items: " + ", ".join(f"items/{letter}.xml" for letter in "abcdef")
        sheets = [replace(one, file=f"sheet{number % 2}", line=number) for number, one in enumerate(alike, 3)]
        assert gathered(sheets)[0].where == "6 items: " + ", ".join(
            f"sheet{number % 2}: {number}" for number in (4, 6, 8, 3, 5, 7)
        )
        (said,) = gathered([Problem(Level.LOSS, 0, letter, "Gone") for letter in "abcdef"])
        assert said.where == "6 items: “a”, “b”, “c”, “d”, “e”, “f”"


def test_pictures_do_not_make_a_workbook_of_a_package() -> None:
    """Their bytes hold any three letters by chance."""
    archive = zipped("items/item.xml", "imsmanifest.xml") + b"xl/"
    assert detect(archive).name == "qti"
