"""The starter curriculum keeps its own rules of didactics. Read from the files; only the last test imports it."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from courses.package.importer import import_package
from courses.package.reader import read
from courses.package.source import read_package
from courses.package.writer import export_package

ROOT = Path(settings.BASE_DIR) / "curriculum"
LANGUAGES = ("de", "en")


@cache
def pages() -> dict[tuple[str, str], dict[str, Any]]:
    found = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(ROOT.glob("pages/**/*.yaml"))]
    return {(page["id"], page["language"]): page for page in found}


@cache
def pool(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((ROOT / "items" / f"{name}.yaml").read_text("utf-8")))


def lessons() -> list[tuple[str, str]]:
    return [key for key, page in pages().items() if page["type"] == "lesson"]


def every_item() -> Iterator[dict[str, Any]]:
    for path in sorted(ROOT.glob("items/*.yaml")):
        yield from pool(path.stem)


def text_of(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(map(text_of, value.values()))
    return " ".join(map(text_of, value)) if isinstance(value, list) else str(value)


@pytest.mark.django_db
def test_the_package_has_no_problems() -> None:
    package = read(read_package(ROOT))
    assert len(package.pages) == 1 + 10 + 9 + 2


@pytest.mark.parametrize(("name", "size"), [("m01", 15), ("m02", 20)])
def test_pools_have_their_size_and_serve_both_functions(name: str, size: int) -> None:
    assert len(pool(name)) == size
    assert {item["audience"] for item in pool(name)} == {"both"}
    for item in pool(name):
        assert name.upper() in item["tags"]
        assert (item["lesson"], "de") in pages(), "the result leads back to the lesson that teaches it"


@pytest.mark.parametrize("name", ["m01", "m02"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_test_draws_eight_and_asks_for_eighty_percent(name: str, language: str) -> None:
    test = pages()[f"{name}-test", language]
    assert test["slots"] == [{"draw": {"count": 8, "tags": [name.upper()], "audience": "both", "weight": 1}}]
    assert test["pass_mark"] == 80


def test_every_answer_has_feedback_in_both_languages() -> None:
    for item in every_item():
        parts = [*item.get("options", []), *item.get("pairs", []), *item.get("entries", []), *item.get("mistakes", [])]
        parts += [item] if item["kind"] == "numeric" else []
        assert parts, item["id"]
        for part in parts:
            assert set(part["feedback"]) == set(LANGUAGES), item["id"]
            assert all(len(text) > 10 for text in part["feedback"].values()), item["id"]


def test_choices_have_three_options() -> None:
    for item in every_item():
        if "options" in item:
            assert len(item["options"]) == 3, item["id"]
        if item["kind"] == "single_choice":
            assert sum(option.get("correct", False) for option in item["options"]) == 1, item["id"]


def test_the_key_gives_itself_away_neither_by_place_nor_by_length() -> None:
    single = [item for item in every_item() if item["kind"] == "single_choice"]
    for items in (
        [item for item in single if item in pool("m01")],
        [item for item in single if item in pool("m02")],
        single,
    ):
        places = Counter([bool(option.get("correct")) for option in item["options"]].index(True) for item in items)
        assert set(places) == {0, 1, 2}
        assert max(places.values()) <= len(items) / 2, places
        for language in LANGUAGES:
            longest = sum(
                bool(max(item["options"], key=lambda option: len(option["text"][language])).get("correct"))
                for item in items
            )
            assert longest <= 0.4 * len(items), (language, longest, len(items))


def test_kinds_are_mixed() -> None:
    kinds = Counter(item["kind"] for name in ("m01", "m02") for item in pool(name))
    assert kinds["single_choice"] > sum(kinds.values()) / 2
    for kind in ("numeric", "matching", "ordering", "multiple_choice"):
        assert kinds[kind] >= 2, kind


def test_practice_items_are_in_no_test() -> None:
    for name in ("m01", "m02"):
        for item in pool(f"{name}-practice"):
            assert not {"M01", "M02"} & set(item["tags"]), item["id"]


@pytest.mark.parametrize("key", lessons(), ids="-".join)
def test_a_lesson_teaches(key: tuple[str, str]) -> None:
    lesson = pages()[key]
    blocks = [next(iter(block)) for block in lesson["body"]]
    assert 5 <= lesson["minutes"] <= 9
    assert lesson["objective"]
    assert "knowledge_check" in blocks
    assert blocks[-1] == "key_points"
    assert len(set(blocks)) >= 5, "variety"
    assert 500 <= len(re.findall(r"\w+", text_of(lesson["body"]))) <= 950


@pytest.mark.parametrize("identifier", sorted({identifier for identifier, _language in lessons()}))
def test_both_languages_have_the_same_blocks(identifier: str) -> None:
    shapes = []
    for language in LANGUAGES:
        body = pages()[identifier, language]["body"]
        shapes.append([(next(iter(block)), _size(next(iter(block.values())))) for block in body])
    assert shapes[0] == shapes[1]


def _size(value: Any) -> dict[str, int]:
    return (
        {name: len(part) for name, part in value.items() if isinstance(part, list)} if isinstance(value, dict) else {}
    )


def test_facts_are_used_and_say_where_they_come_from() -> None:
    facts = {fact["id"]: fact for fact in yaml.safe_load((ROOT / "facts.yaml").read_text("utf-8"))}
    used = {block["fact"]["fact"] for key in lessons() for block in pages()[key]["body"] if "fact" in block}
    assert used == set(facts)
    for fact in facts.values():
        assert fact["year"]
        assert fact["source"]
        assert "nicht geprüft" in fact["caveat"]["de"]
        assert "not checked" in fact["caveat"]["en"]
        assert fact["checked_on"] < fact["review_by"]


def test_the_path_lists_ten_modules_of_which_two_are_open() -> None:
    for language in LANGUAGES:
        steps = [step["module"] for step in pages()["path-silo", language]["steps"]]
        assert steps == [f"m{number:02}" for number in range(1, 11)]
        modules = [pages()[step, language] for step in steps]
        assert [module["live"] for module in modules] == [True, True] + [False] * 8
        for module in modules:
            assert module["intro"]
            assert len(module["outcomes"]) >= 3
            assert (ROOT / "images" / module["illustration"]).exists()
    assert pages()["m01", "de"]["certificate"] is True
    assert pages()["path-silo", "de"]["certificate"] is True


def test_functions_have_their_own_lessons() -> None:
    audiences = Counter(pages()[key]["audience"] for key in lessons() if key[1] == "de")
    assert audiences == {"both": 7, "sales": 1, "marketing": 1}


@pytest.mark.django_db
def test_the_curriculum_is_what_an_export_of_it_would_be(tmp_path: Path) -> None:
    import_package(ROOT)
    exported = export_package(tmp_path / "out")
    assert exported == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in ROOT.rglob("*.*")}
