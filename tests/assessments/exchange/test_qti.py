"""QTI: items of version 2.1, 2.2 and 3.0 alone and in packages, and archives that mean harm."""

import time
import zipfile
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings

from assessments.exchange import archive
from assessments.exchange.formats import detect, get_format
from assessments.exchange.items import FileError, Level
from tests.assessments.exchange.helpers import TEXT, TRICKY, losses, meaning, outside, raws, read, travelled

# Lines and blanks of a text are HTML's there: single ones.
LINES = TEXT | TRICKY.map(lambda text: " ".join(text.split())).filter(bool)
RAWS = raws(LINES)

CHOICE_3 = """<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="choice" title="Unattended Luggage"
  adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>ChoiceA</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>
    <p>Look at the text in the picture.</p>
    <p><img src="images/sign.png" alt="NEVER LEAVE LUGGAGE UNATTENDED"/></p>
    <qti-choice-interaction response-identifier="RESPONSE" shuffle="false" max-choices="1">
      <qti-prompt>What does it say?</qti-prompt>
      <qti-simple-choice identifier="ChoiceA">You must stay with your luggage at all times.
        <qti-feedback-inline outcome-identifier="F" identifier="ChoiceA" show-hide="show">Yes.</qti-feedback-inline>
      </qti-simple-choice>
      <qti-simple-choice identifier="ChoiceB">Do not let someone else look after your luggage.</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
  <qti-modal-feedback outcome-identifier="F" identifier="ChoiceB" show-hide="show">
    <qti-content-body>No.</qti-content-body></qti-modal-feedback>
  <qti-modal-feedback outcome-identifier="F" identifier="SOLUTION" show-hide="show">
    <p>It says so.</p></qti-modal-feedback>
  <qti-modal-feedback outcome-identifier="F" identifier="other" show-hide="show">Try again.</qti-modal-feedback>
</qti-assessment-item>
"""


def v2(body: str, declaration: str, processing: str = "", *, version: str = "2p1") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v{version}" identifier="Q" title="T" adaptive="false"
  timeDependent="false">{declaration}
  <itemBody>{body}</itemBody>{processing}
</assessmentItem>
"""


def declared(cardinality: str, base: str, correct: list[str], mapping: dict[str, str] | None = None) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in (mapping or {}).items())
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>"
        + (f'<mapping lowerBound="0" defaultValue="0">{entries}</mapping>' if entries else "")
        + "</responseDeclaration>"
    )


CHOICES = "".join(f'<simpleChoice identifier="{key}">{key.lower()}</simpleChoice>' for key in "ABC")


@pytest.mark.parametrize("kind", RAWS)
def test_every_kind_comes_back_as_it_went(kind: str) -> None:
    @settings(max_examples=50, deadline=None)
    @given(RAWS[kind])
    def check(raw: dict[str, Any]) -> None:
        if kind == "numeric":  # two mistakes of one value are one there
            assert len({one["value"]["value"] for one in raw["mistakes"]} | {raw["answer"]}) >= len(raw["mistakes"])
            raw["mistakes"] = [one for one in raw["mistakes"] if one["value"]["value"] != raw["answer"]]
        item = outside(kind, raw, tags=["M01", "a & b"], topic_de="Anzeichen/Ursachen")
        back = travelled("qti", item)
        assert meaning(kind, back.raw) == meaning(kind, raw)
        assert (back.kind, back.identifier, back.tags, back.topic_de) == (
            kind,
            item.identifier,
            item.tags,
            item.topic_de,
        )
        assert [one for one in back.losses if "Formulas stay" not in one] == []  # `\[0\]` looks like one

    check()


def test_option_ids_survive() -> None:
    raw = {
        "prompt_de": "Was?",
        "options": [
            {"type": "item", "id": "8c0f", "value": {"text_de": "a", "correct": True}},
            {"type": "item", "id": "x-2", "value": {"text_de": "b", "correct": False}},
        ],
    }
    back = travelled("qti", outside("single_choice", raw))
    assert [child["id"] for child in back.raw["options"]] == ["8c0f", "x-2"]


def test_a_choice_of_version_3_with_feedback_and_a_picture() -> None:
    result = read("qti", CHOICE_3, "en")
    (item,) = result.items
    assert (item.kind, item.title, item.identifier, item.line) == ("single_choice", "Unattended Luggage", "choice", 2)
    assert item.raw["prompt_en"] == (
        "Look at the text in the picture.\n\n[NEVER LEAVE LUGGAGE UNATTENDED]\n\nWhat does it say?"
    )
    first, second = (child["value"] for child in item.raw["options"])
    assert (first["text_en"], first["correct"], first["feedback_en"]) == (
        "You must stay with your luggage at all times.",
        True,
        "Yes.",
    )
    assert (second["correct"], second["feedback_en"], item.raw["feedback_en"]) == (False, "No.", "It says so.")
    said = " ".join(item.losses)
    assert "images/sign.png" in said
    assert "Try again." in said
    assert detect(CHOICE_3.encode()).name == "qti"


def test_a_mapping_that_the_rules_never_look_at_gives_no_key() -> None:
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{CHOICES}</choiceInteraction>'
    template = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{0}"/>'
    declaration = declared("single", "identifier", ["A"], {"B": "1"})
    keys = {}
    for rules in ("match_correct", "map_response"):
        (item,) = read("qti", v2(body, declaration, template.format(rules))).items
        keys[rules] = [one["value"]["correct"] for one in item.raw["options"]]
    assert keys == {"match_correct": [True, False, False], "map_response": [False, True, False]}


@pytest.mark.parametrize("version", ["2p1", "2p2"])
def test_choices_of_version_2_with_and_without_a_mapping(version: str) -> None:
    shown = f"<prompt>Was?</prompt>{CHOICES}"
    body = f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="0">{shown}</choiceInteraction>'
    mapping = {"A": "1", "B": "1", "C": "-2"}
    mapped = v2(body, declared("multiple", "identifier", ["A", "B"], mapping), version=version)
    (item,) = read("qti", mapped).items
    assert (item.kind, [one["value"]["correct"] for one in item.raw["options"]]) == (
        "multiple_choice",
        [True, True, False],
    )
    assert item.losses == []
    (item,) = read("qti", v2(body, declared("multiple", "identifier", ["A"]), version=version)).items
    assert "all or nothing" in item.losses[0]
    uneven = v2(body, declared("multiple", "identifier", ["A", "B"], {"A": "3", "B": "1", "C": "-4"}), version=version)
    assert "worth 75 %" in " ".join(losses(read("qti", uneven)))


def test_order_and_match_of_version_2() -> None:
    order = f'<orderInteraction responseIdentifier="RESPONSE" shuffle="true">{CHOICES}</orderInteraction>'
    (item,) = read("qti", v2(order, declared("ordered", "identifier", ["C", "A", "B"]))).items
    assert [child["value"]["text_de"] for child in item.raw["entries"]] == ["c", "a", "b"]
    assert "all or nothing" in item.losses[0]
    left, right = (
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{key}" matchMax="4">{key}!</simpleAssociableChoice>' for key in keys
        )
        + "</simpleMatchSet>"
        for keys in ("LM", "XYZ")
    )
    match = f'<matchInteraction responseIdentifier="RESPONSE" shuffle="true">{left}{right}</matchInteraction>'
    pairs = declared("multiple", "directedPair", ["L X", "M X"], {"L X": "1", "M X": "0.5", "L Y": "0"})
    (item,) = read("qti", v2(match, pairs)).items
    assert [(one["value"]["text_de"], one["value"]["match_de"]) for one in item.raw["pairs"]] == [
        ("L!", "X!"),
        ("M!", "X!"),
    ]
    assert [one["value"]["text_de"] for one in item.raw["distractors"]] == ["Y!", "Z!"]
    assert "different marks" in item.losses[0]
    twice = read("qti", v2(match, declared("multiple", "directedPair", ["L X", "L Y"])))
    assert "several choices" in twice.problems[0].message


def test_a_number_with_a_tolerance_and_text_around_it() -> None:
    body = '<p>Give π, as in <textEntryInteraction responseIdentifier="RESPONSE"/> metres.</p>'
    rules = (
        "<responseProcessing><responseCondition><responseIf>"
        '<equal toleranceMode="absolute" tolerance="0.01 0.01"><variable identifier="RESPONSE"/>'
        '<correct identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1'
        "</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>"
    )
    (item,) = read("qti", v2(body, declared("single", "float", ["3.14"]), rules)).items
    (gap,) = item.raw["gaps"]
    assert (item.kind, gap["type"]) == ("gap_fill", "number")
    assert (gap["value"]["number"], gap["value"]["tolerance"]) == ("3.14", "0.01")
    assert item.raw["text_de"] == "Give π, as in {{1}} metres."
    (item,) = read("qti", v2(body.replace(" metres.", ""), declared("single", "float", ["3.14"]), rules)).items
    assert (item.kind, item.raw["answer"], item.raw["tolerance"]) == ("numeric", "3.14", "0.01")
    assert item.raw["prompt_de"] == "Give π, as in"
    relative = rules.replace("absolute", "relative").replace("0.01 0.01", "5")
    (item,) = read("qti", v2(body, declared("single", "float", ["-3.14"]), relative)).items
    assert item.raw["gaps"][0]["value"]["tolerance"] == "0.157", "five percent of it"
    assert not [loss for loss in item.losses if "tolerance" in loss]
    wider = rules.replace("0.01 0.01", "0.01 0.02")
    (item,) = read("qti", v2(body, declared("single", "float", ["3.14"]), wider)).items
    assert "The tolerance differs from side to side there; here the wider one counts." in item.losses


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ('<hotspotInteraction responseIdentifier="RESPONSE"/>', "How large its picture is"),
        ('<selectPointInteraction responseIdentifier="RESPONSE"/>', "select-point-interaction"),
        ('<graphicOrderInteraction responseIdentifier="RESPONSE"/>', "graphic-order-interaction"),
        (f'<choiceInteraction responseIdentifier="RESPONSE">{CHOICES}</choiceInteraction>' * 2, "several things"),
        (f'<choiceInteraction responseIdentifier="RESPONSE">{CHOICES}</choiceInteraction>', "no right answer"),
    ],
)
def test_what_has_no_kind_is_listed_with_its_line(body: str, part: str) -> None:
    result = read("qti", v2(body, ""))
    (problem,) = result.problems
    assert (problem.level, part in problem.message) == (Level.ITEM, True), problem
    assert problem.line == 4


def test_own_rules_and_templates_are_named() -> None:
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{CHOICES}</choiceInteraction>'
    rules = "<responseProcessing><lookupOutcomeValue/><customOperator/></responseProcessing>"
    said = losses(read("qti", v2(body, declared("single", "identifier", ["A"]), rules)))
    assert "custom-operator, lookup-outcome-value" in said[0]
    template = "<templateDeclaration identifier='X'/>" + declared("single", "identifier", ["A"])
    assert "template" in read("qti", v2(body, template)).problems[0].message


def zipped(files: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M"><resources>
<resource identifier="1" type="imsqti_item_xmlv2p1" href="items/one.xml"><file href="items/one.xml"/></resource>
<resource identifier="2" type="imsqti_item_xmlv2p1" href="items/gone.xml"/>
<resource identifier="3" type="imsqti_test_xmlv2p1" href="test.xml"/>
<resource identifier="4" type="imsqti_item_xmlv2p1" href="../../etc/passwd"/>
<resource identifier="5" type="imsqti_item_xmlv2p1" href="items/bad.xml"/>
</resources></manifest>"""


def test_a_package_is_read_by_its_manifest_and_faults_name_their_file() -> None:
    content = zipped(
        {
            "imsmanifest.xml": MANIFEST,
            "items/one.xml": CHOICE_3,
            "items/bad.xml": "<a>",
            "test.xml": "<assessmentTest/>",
            "items/unnamed.xml": CHOICE_3,
        }
    )
    assert detect(content).name == "qti"
    result = read("qti", content)
    assert [item.file for item in result.items] == ["items/one.xml"]
    assert sorted((problem.level, problem.file) for problem in result.problems) == [
        (Level.ITEM, "items/bad.xml"),
        (Level.ITEM, "items/gone.xml"),
        (Level.ITEM, "items/unnamed.xml"),
        (Level.LOSS, "test.xml"),
    ]
    without = read("qti", zipped({"a/one.xml": CHOICE_3, "style.css": "p {}", "b.xml": "<other/>"}))
    assert [item.file for item in without.items] == ["a/one.xml"]


def test_the_same_bank_gives_the_same_bytes() -> None:
    raw = {
        "prompt_de": "Was?",
        "options": [{"id": str(n), "value": {"text_de": str(n), "correct": n == 0}} for n in (0, 1)],
    }
    one, two = (get_format("qti").write([outside("single_choice", raw)], "de").content for _ in range(2))
    assert one == two


class TestHostileArchives:
    def refused(self, content: bytes) -> str:
        start = time.monotonic()
        with pytest.raises(FileError) as caught:
            read("qti", content)
        assert time.monotonic() - start < 5
        return str(caught.value)

    def test_a_bomb_is_refused_by_its_density_and_by_its_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "densely" in self.refused(zipped({"a.xml": b"\0" * 5_000_000}))
        monkeypatch.setattr(archive, "MAX_UNPACKED", 1000)
        self.refused(zipped({f"{number}.xml": b"x" * 300 for number in range(4)}, zipfile.ZIP_STORED))

    def test_an_entry_that_holds_more_than_it_says(self) -> None:
        content = zipped({"a.xml": b"<a>" + b"b" * 4000 + b"</a>"})
        lying = content.replace((4007).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        assert lying != content
        result = read("qti", lying)
        assert [problem.level for problem in result.problems] == [Level.ITEM]

    @pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "C:/a.xml", "a/../../b.xml"])
    def test_paths_that_lead_out(self, name: str) -> None:
        assert "leads out" in self.refused(zipped({name: CHOICE_3}))

    def test_too_many_entries_are_counted_before_they_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
        assert "more than 3 files" in self.refused(zipped({f"{number}.xml": "" for number in range(4)}))

    def test_a_damaged_archive(self) -> None:
        content = zipped({"a.xml": CHOICE_3})
        self.refused(content[:200])
        self.refused(b"PK\x03\x04 nothing")

    def test_entities_in_an_item_cost_that_item(self) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><assessmentItem>&a;</assessmentItem>'
        result = read("qti", zipped({"bomb.xml": bomb, "one.xml": CHOICE_3}))
        assert len(result.items) == 1
        assert "entities" in result.problems[0].message
