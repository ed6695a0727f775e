"""Course packages: all problems with file and line, all or nothing, idempotent, round trip, hostile ZIPs."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, Revision

from assessments.models import Item, ItemVersion
from courses.models import Activity, CatalogueIndexPage, Fact, LessonPage, ModulePage, PackageEntry, PathStep
from courses.package import source
from courses.package.importer import import_package
from courses.package.markdown import inspect, to_markdown, to_rich_text
from courses.package.problems import PackageError
from courses.package.writer import export_package
from tests.assessments import factories
from tests.assessments.exchange.helpers import meaning
from tests.layers import layer

MANIFEST = "schema: 1\nid: small\ntitle:\n  de: Klein\n  en: Small\nlanguages:\n- de\n- en\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><circle r="4"/></svg>\n'
FACTS = """- id: six
  value: 6 jobs
  wording:
    de: Sechs Aufgaben.
    en: Six jobs.
  year: '2018'
  source: Gartner
  checked_on: 2026-11-20
  review_by: 2027-11-20
"""
ITEMS = """- id: one
  kind: single_choice
  title: Eins
  tags:
  - S1
  audience: both
  lesson: lesson
  prompt:
    de: Frage?
    en: Question?
  options:
  - correct: true
    text:
      de: Ja
      en: 'Yes'
    feedback:
      de: Genau.
      en: Exactly.
  - text:
      de: Nein
      en: 'No'
    feedback:
      de: Leider.
      en: Sadly.
"""
MODULE = """id: module
type: module
language: {language}
position: 1
title: {title}
slug: {slug}
live: true
code: S1
minutes: 0
move_on: both
illustration: one.svg
intro: {title}
outcomes:
- {title}
"""
LESSON = """id: lesson
type: lesson
language: {language}
parent: module
position: 1
title: {title}
slug: {slug}
live: true
minutes: 6
audience: both
required: true
objective: {title}
body:
- text: |
    ## {title}

    Mit **fett** und *kursiv* und [Link](page:lesson).

    - eins
    - zwei
- fact:
    fact: six
- knowledge_check:
    item: one
- reflection:
    prompt: {title}?
"""
QUIZ = """id: quiz
type: quiz
language: {language}
parent: module
position: 2
title: {title}
slug: {slug}
live: true
minutes: 5
slots:
- draw:
    count: 1
    tags:
    - S1
    audience: both
    weight: 1
- blueprint:
    tags:
    - S1
    audience: both
    rows:
    - topic: Silos
      objective: lesson
      difficulty: hard
      count: 1
      weight: 2
- section:
    heading:
      de: Ein Fall
      en: A case
    intro:
      de: Lies ihn zuerst.
      en: Read it first.
- draw:
    count: 1
    difficulty: easy
    audience: both
    weight: 1
pass_mark: 80
attempts_allowed: 0
delay_minutes: 60
grade_method: highest
behaviour: test
tries: 3
try_penalty: 1/3
asks_certainty: true
grace_seconds: 30
overdue: autosubmit
hand_in_minutes: 10
shuffle_questions: true
shuffle_options: true
navigation: free
review_policy: full
score_bands:
- percent: 0
  text:
    de: Lies noch einmal.
    en: Read again.
- percent: 80
  text:
    de: Gut gespielt.
    en: Well played.
markers: 1
marking_anonymous: true
"""
PATH = """id: path
type: path
language: {language}
position: 1
title: {title}
slug: {slug}
live: true
minutes: 0
certificate: true
steps:
- module: module
  audience: both
goal: |
  {title}
"""


def small_package() -> dict[str, str]:
    """A small package in its canonical form."""
    found = {"package.yaml": MANIFEST, "facts.yaml": FACTS, "items/pool.yaml": ITEMS, "images/one.svg": SVG}
    for name, template in (("module", MODULE), ("lesson", LESSON), ("quiz", QUIZ), ("path", PATH)):
        for language, title in (("de", f"Titel {name}"), ("en", f"Title {name}")):
            text = template.format(language=language, title=title, slug=f"{name}-{language}")
            found[f"pages/s/{name}.{language}.yaml"] = text
    return found


@pytest.fixture
def files() -> dict[str, str]:
    return small_package()


@pytest.fixture(scope="module")
def shared_import(
    ground: str, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    root = folder(tmp_path_factory.mktemp("package"), small_package())
    with layer(django_db_blocker, lambda: import_package(root)):
        yield


@pytest.fixture
def imported(shared_import: None, db: None, tmp_path: Path, files: dict[str, str]) -> Path:
    """The folder of the small package, which has been imported."""
    return folder(tmp_path / "in", files)


def folder(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def problems(root: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(PackageError) as caught:
        import_package(folder(root, files))
    return [str(problem) for problem in caught.value.problems]


# --- what an import does ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_import_builds_the_site_in_both_languages(tmp_path: Path, files: dict[str, str]) -> None:
    report = import_package(folder(tmp_path, files))

    assert report.total("created") == 11
    german, english = LessonPage.objects.order_by("locale__language_code")
    assert german.translation_key == english.translation_key
    assert (german.live, english.live) == (True, True)
    assert f'linktype="page" id="{english.pk}"' in english.body[0].value.source, "links lead to the same language"
    assert [block.id for block in german.body] == [block.id for block in english.body], "notes follow the language"
    activity = Activity.objects.get(key=german.translation_key)
    assert (activity.title_de, activity.title_en, activity.is_live) == ("Titel lesson", "Title lesson", True)
    assert Item.objects.get().lesson == activity
    assert PathStep.objects.get().module.title_en == "Title module"
    assert ModulePage.objects.filter(illustration__isnull=False).count() == 2
    assert CatalogueIndexPage.objects.count() == 2


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_second_import_changes_nothing(imported: Path, overwrite: bool) -> None:
    before = (Revision.objects.count(), ItemVersion.objects.count(), Page.objects.count())

    report = import_package(imported, overwrite=overwrite)

    assert (report.total("created"), report.total("changed")) == (0, 0)
    assert (Revision.objects.count(), ItemVersion.objects.count(), Page.objects.count()) == before


def test_a_change_becomes_one_published_revision_and_keeps_the_ids_of_blocks(
    imported: Path, files: dict[str, str]
) -> None:
    page = LessonPage.objects.get(locale__language_code="de")
    reflection = page.body[3].id
    for language in ("de", "en"):
        name = f"pages/s/lesson.{language}.yaml"
        files[name] = files[name].replace("- fact:\n", "- text: |\n    Neu.\n- fact:\n")

    report = import_package(folder(imported, files))

    assert report.counts["lesson", "changed"] == 2
    assert report.total("changed") == 2
    page = LessonPage.objects.get(locale__language_code="de")
    assert page.revisions.count() == 2
    assert page.has_unpublished_changes is False
    assert [block.block_type for block in page.body] == ["text", "text", "fact", "knowledge_check", "reflection"]
    assert page.body[4].id == reflection, "a learner's note hangs on it"


def test_work_in_the_cms_stays_until_the_package_changes_or_is_told_to_win(imported: Path) -> None:
    page = LessonPage.objects.get(locale__language_code="de")
    page.title = "Vom Trainer"
    page.save_revision().publish()

    import_package(imported)
    assert LessonPage.objects.get(pk=page.pk).title == "Vom Trainer"

    import_package(imported, overwrite=True)
    assert LessonPage.objects.get(pk=page.pk).title == "Titel lesson"


@pytest.mark.django_db
def test_a_draft_stays_a_draft(tmp_path: Path, files: dict[str, str]) -> None:
    for language in ("de", "en"):
        files[f"pages/s/lesson.{language}.yaml"] = files[f"pages/s/lesson.{language}.yaml"].replace(
            "live: true", "live: false"
        )
    import_package(folder(tmp_path, files))
    assert not LessonPage.objects.filter(live=True).exists()
    assert "fett" in str(LessonPage.objects.first().get_latest_revision_as_object().body)  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_dry_run_imports_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    report = import_package(folder(tmp_path, files), dry_run=True)
    assert report.total("created") == 11
    assert not LessonPage.objects.exists()
    assert not PackageEntry.objects.exists()


# --- round trip -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("imported")
def test_export_and_import_and_export_are_equal_to_the_byte(tmp_path: Path, files: dict[str, str]) -> None:
    first = export_package(tmp_path / "out")
    assert {name: data.decode() for name, data in first.items()} == files

    export_package(tmp_path / "out.zip")
    report = import_package(tmp_path / "out.zip", overwrite=True)
    assert (report.total("created"), report.total("changed")) == (0, 0)
    assert export_package(tmp_path / "again") == first


@pytest.mark.usefixtures("imported")
def test_what_was_made_in_the_cms_is_exported_too(tmp_path: Path) -> None:
    Fact.objects.create(
        slug="added", value="1", wording_de="Eins.", wording_en="One.", year="2026", source="S", review_by="2027-01-01"
    )
    assert b"id: added" in export_package(tmp_path / "out")["facts/added.yaml"]
    report = import_package(tmp_path / "out", overwrite=True)
    assert (report.total("created"), report.total("changed")) == (0, 0)


def asked(value: Any) -> Any:
    """What is asked, without the ids that one bank gives; the names that lead from one to another stand in the file."""
    if isinstance(value, dict):
        return {key: asked(one) for key, one in value.items() if key not in {"group", "goes", "image"}}
    return [asked(one) for one in value] if isinstance(value, list) else value


@pytest.mark.usefixtures("imported")
def test_questions_of_every_kind_travel(tmp_path: Path) -> None:
    """Into a bank that does not know them: what is asked and what is right stay the same."""
    for kind in factories.RAW:
        factories.item(kind, title=f"Of kind {kind}")
    before = {item.title: asked(meaning(item.kind, item.body.raw_data[0]["value"])) for item in Item.objects.all()}
    export_package(tmp_path / "out")
    Item.objects.all().delete()
    import_package(tmp_path / "out", overwrite=True)
    after = {item.title: asked(meaning(item.kind, item.body.raw_data[0]["value"])) for item in Item.objects.all()}
    assert after == before
    assert all(item.live for item in Item.objects.all())


# --- problems ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_all_problems_are_reported_at_once_with_file_and_line(tmp_path: Path, files: dict[str, str]) -> None:
    files["facts.yaml"] = files["facts.yaml"].replace("    en: Six jobs.\n", "").replace("year: '2018'", "year: 2018")
    files["items/pool.yaml"] = files["items/pool.yaml"].replace("lesson: lesson", "lesson: nowhere\n  colour: red")
    files["pages/s/lesson.de.yaml"] = files["pages/s/lesson.de.yaml"].replace("item: one", "item: two")
    files["pages/s/module.de.yaml"] = files["pages/s/module.de.yaml"].replace("one.svg", "two.svg")
    files["pages/s/quiz.de.yaml"] = files["pages/s/quiz.de.yaml"].replace("pass_mark: 80", "pass_mark: much")
    files["pages/s/path.de.yaml"] = files["pages/s/path.de.yaml"].replace("module: module", "module: nobody")
    del files["pages/s/quiz.en.yaml"]

    found = problems(tmp_path, files)

    assert found == [
        "facts.yaml:4: 'en' is missing",
        "facts.yaml:5: expected text, found a number (put it in quotes)",
        "items/pool.yaml:7: there is no page 'nowhere' in this package",
        (
            "items/pool.yaml:8: unknown key 'colour'; known are: id, kind, title, topic, audience, difficulty, lesson, "
            "tags, live, prompt, media, options, feedback, hints"
        ),
        "pages/s/lesson.de.yaml:24: there is no item 'two' in this package",
        "pages/s/module.de.yaml:11: there is no image 'two.svg' in this package",
        "pages/s/module.en.yaml:11: 'illustration' differs from pages/s/module.de.yaml:11; it holds for all languages",
        "pages/s/path.de.yaml:11: there is no page 'nobody' in this package",
        "pages/s/path.en.yaml:11: 'steps' differs from pages/s/path.de.yaml:11; it holds for all languages",
        "pages/s/quiz.de.yaml:1: page 'quiz' is missing in 'en': pages/s/quiz.en.yaml",
        "pages/s/quiz.de.yaml:39: expected a number, found text",
    ]
    assert not Page.objects.filter(depth__gt=2, slug__startswith="module").exists()
    assert not Fact.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("pages/s/lesson.de.yaml", "position: 1", "position: [1", "pages/s/lesson.de.yaml:6: is not valid YAML"),
        ("pages/s/lesson.de.yaml", "title: ", "title: &x ", ":6: anchors and aliases are not allowed"),
        ("pages/s/lesson.de.yaml", "## Titel", "# Titel", ":15: heading is not allowed here"),
        ("pages/s/lesson.de.yaml", "(page:lesson)", "(page:gone)", ":17: there is no page 'gone'"),
        ("pages/s/lesson.de.yaml", "(page:lesson)", "(ftp://x)", ":17: a link must lead to"),
        (
            "pages/s/lesson.de.yaml",
            "- fact:\n    fact: six\n",
            "",
            "pages/s/lesson.en.yaml:14: 'body' has other blocks",
        ),
        ("pages/s/lesson.de.yaml", "reflection:", "reflexion:", ":25: unknown block 'reflexion'"),
        ("pages/s/lesson.de.yaml", "parent: module", "parent: path", "the parent 'path' is no module"),
        ("pages/s/lesson.de.yaml", "id: lesson\n", "id: quiz\n", "stands already in"),
        ("facts.yaml", "checked_on: 2026-11-20", "checked_on: someday", "facts.yaml:8: expected a date, found text"),
        ("items/pool.yaml", "kind: single_choice", "kind: guess", "items/pool.yaml:2: 'kind' must be one of"),
        ("items/pool.yaml", "      de: Leider.\n", "", "items/pool.yaml:23: 'de' is missing"),
        (
            "images/one.svg",
            "<circle",
            '<script>1</script><circle onclick="x"',
            "images/one.svg: must not hold <script>",
        ),
        ("package.yaml", "schema: 1", "schema: 2", "package.yaml:1: this version reads packages of schema 1"),
    ],
)
def test_each_mistake_is_named(
    tmp_path: Path, files: dict[str, str], name: str, old: str, new: str, expected: str
) -> None:
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    assert any(expected in problem for problem in problems(tmp_path, files))
    assert not LessonPage.objects.exists()


@pytest.mark.usefixtures("imported")
def test_a_mistake_that_only_the_database_knows_undoes_everything(tmp_path: Path, files: dict[str, str]) -> None:
    other = {name: text.replace("id: small", "id: other") for name, text in files.items()}

    with pytest.raises(PackageError, match="module-de"):
        import_package(folder(tmp_path / "second", other))

    assert LessonPage.objects.count() == 2
    assert not PackageEntry.objects.filter(package__identifier="other").exists()


@pytest.mark.django_db
def test_the_commands_say_what_they_did(tmp_path: Path, files: dict[str, str]) -> None:
    out = io.StringIO()
    call_command("import_package", str(folder(tmp_path / "in", files)), stdout=out)
    assert "lesson: 2 created" in out.getvalue()
    call_command("export_package", str(tmp_path / "out"), stdout=out)
    assert "12 files written" in out.getvalue()
    err = io.StringIO()
    files["facts.yaml"] = "- id: six\n"
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_package", str(folder(tmp_path / "bad", files)), stderr=err)
    assert "facts.yaml:1: 'value' is missing" in err.getvalue()


# --- hostile ZIPs -----------------------------------------------------------------------------------------------------


def zipped(path: Path, entries: dict[str, bytes], *, mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"package.yaml": b"x", **entries}.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16 if name != "package.yaml" else 0
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/passwd", "a/../../b", "C:\\evil", "pages\\..\\x"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="leads out of the package"):
        source.read_package(zipped(tmp_path / "p.zip", {name: b"x"}))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="symbolic link"):
        source.read_package(zipped(tmp_path / "p.zip", {"images/a.svg": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))
    root = folder(tmp_path / "dir", {"package.yaml": "x"})
    (root / "facts.yaml").symlink_to("/etc/passwd")
    with pytest.raises(PackageError, match="symbolic link"):
        source.read_package(root)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PackageError, match="suspiciously"):
        source.read_package(zipped(tmp_path / "bomb.zip", {"facts.yaml": b"0" * 4_000_000}))
    with pytest.raises(PackageError, match="larger than"):
        source.read_package(zipped(tmp_path / "large.zip", {"facts.yaml": b"0" * 21 * 1024 * 1024}))
    monkeypatch.setattr(source, "MAX_FILES", 3)
    with pytest.raises(PackageError, match="more than 3 files"):
        source.read_package(zipped(tmp_path / "many.zip", {f"{number}.yaml": b"" for number in range(4)}))


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackageError, match="neither a folder nor a ZIP"):
        source.read_package(tmp_path / "text")
    with pytest.raises(PackageError, match="is missing"):
        source.read_package(tmp_path / "empty")


# --- Markdown ---------------------------------------------------------------------------------------------------------

word = st.text(st.sampled_from("abzäß.,:;!?#*_`[]()<>&|~+-=\\\"'„“1é"), min_size=1, max_size=6)
phrase = st.lists(word, min_size=1, max_size=4).map(" ".join)


@st.composite
def paragraph(draw: st.DrawFn) -> str:
    """Rich text of a paragraph: plain, bold and italic phrases and links, as the editor stores them."""
    parts = []
    for text in draw(st.lists(phrase, min_size=1, max_size=4)):
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        tag = draw(st.sampled_from(["", "b", "i", 'a href="https://example.com/a_b"']))
        parts.append(f"<{tag}>{safe}</{tag[:1]}>" if tag else safe)
    return " ".join(parts)


@st.composite
def rich_text(draw: st.DrawFn) -> str:
    result = []
    for _number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["p", "p", "h2", "ul", "ol"]))
        if kind in {"ul", "ol"}:
            # Two lists of a kind that follow one another are one list in Markdown, as in the editor.
            items = "".join(f"<li>{text}</li>" for text in draw(st.lists(paragraph(), min_size=1, max_size=3)))
            result.append(f"<{kind}>{items}</{kind}><p>x</p>")
        else:
            result.append(f"<{kind}>{draw(paragraph())}</{kind}>")
    return "".join(result)


@settings(max_examples=300, deadline=None)
@example("<h2>Ticket #</h2>")
@given(rich_text())
def test_rich_text_comes_back_as_it_was(source_text: str) -> None:
    markdown = to_markdown(source_text, lambda kind, key: f"{kind}:{key}")
    assert not inspect(markdown, ["h2", "bold", "italic", "ul", "ol", "link"])
    assert to_rich_text(markdown, lambda kind, key: "") == source_text


def test_nested_lists_and_line_breaks_come_back() -> None:
    text = "<p>a<br/>b</p><ul><li>x<ol><li>y</li><li>z</li></ol></li><li>w</li></ul><p>end</p>"
    assert to_rich_text(to_markdown(text, lambda kind, key: ""), lambda kind, key: "") == text


@pytest.mark.django_db
def test_an_item_that_could_not_be_published_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    files["items/pool.yaml"] = files["items/pool.yaml"].replace("correct: true", "correct: false")
    with translation.override("en"):
        [found] = problems(tmp_path, files)
    assert found.startswith("items/pool.yaml:")
    assert "Exactly one answer must be marked as right" in found
