"""Moodle XML: the shapes that Moodle's own exports have, what of them has no place, and files that mean harm."""

import time
from typing import Any

import pytest
from hypothesis import given, settings

from assessments.exchange import xml
from assessments.exchange.items import ExchangeItem, FileError, Level
from tests.assessments.exchange.helpers import RAWS, losses, meaning, outside, read, travelled

HTML = '<questiontext format="html"><text><![CDATA[<p>{0}</p>]]></text></questiontext>'
REST = """<generalfeedback format="html"><text><![CDATA[<p>Darum.</p>]]></text></generalfeedback>
<defaultgrade>1.0000000</defaultgrade><penalty>0.0000000</penalty><hidden>0</hidden><idnumber>{0}</idnumber>"""


def question(kind: str, body: str, *, text: str = "Was?", name: str = "Name", idnumber: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>{HTML.format(text)}{REST.format(idnumber)}{body}'
        "</question>"
    )


def quiz(*questions: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n"


def answer(text: str, fraction: str, feedback: str = "", extra: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[<p>{text}</p>]]></text>'
        f'<feedback format="html"><text><![CDATA[{feedback}]]></text></feedback>{extra}</answer>'
    )


def only(text: str) -> ExchangeItem:
    result = read("moodle", text)
    assert [problem for problem in result.problems if problem.level is not Level.LOSS] == []
    (item,) = result.items
    return item


def options(item: ExchangeItem) -> list[tuple[str, bool]]:
    return [(child["value"]["text_de"], child["value"]["correct"]) for child in item.raw["options"]]


@pytest.mark.parametrize("kind", RAWS)
def test_every_kind_comes_back_as_it_went(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(RAWS[kind])
    def check(raw: dict[str, Any]) -> None:
        item = outside(kind, raw, tags=["M01", "a & b"], topic_de="Anzeichen/Ursachen", title="<Name> & mehr")
        back = travelled("moodle", item)
        assert meaning(kind, back.raw) == meaning(kind, raw)
        assert (back.kind, back.identifier, back.strong) == (kind, item.identifier, True)
        assert (back.title, back.tags, back.topic_de) == (item.title, item.tags, item.topic_de)
        assert back.losses == []

    check()


def test_a_match_is_a_line_of_text_whatever_signs_it_has() -> None:
    pair = {"text_de": "a", "match_de": "<A>", "text_en": "", "match_en": "", "feedback_de": "", "feedback_en": ""}
    pairs = [{"type": "item", "id": key, "value": {**pair, "text_de": key, "match_de": key + "<A>"}} for key in "ab"]
    raw = {"prompt_de": "Was?", "prompt_en": "", "feedback_de": "", "feedback_en": "", "pairs": pairs}
    back = travelled("moodle", outside("matching", raw, tags=[]))
    assert meaning("matching", back.raw) == meaning("matching", raw)


def test_one_and_several_answers_with_thirds() -> None:
    category = '<question type="category"><category><text>$course$/top/Silos/Anzeichen</text></category></question>'
    one = question("multichoice", "<single>true</single>" + answer("Reden", "100", "Ja") + answer("Warten", "0"))
    third, wrong = answer("c", "33.33333"), answer("d", "-100")
    many = question(
        "multichoice",
        "<single>false</single>" + answer("a", "33.33333") + answer("b", "33.333") + third + wrong,
        idnumber="q-7",
    )
    first, second = read("moodle", quiz("<!-- question: 17 -->", category, one, many)).items
    assert (first.kind, first.topic_de, first.line, first.strong) == ("single_choice", "Anzeichen", 5, False)
    assert options(first) == [("Reden", True), ("Warten", False)]
    assert (first.raw["feedback_de"], first.raw["options"][0]["value"]["feedback_de"]) == ("Darum.", "Ja")
    assert (second.kind, second.identifier, second.strong) == ("multiple_choice", "q-7", True)
    assert [right for _text, right in options(second)] == [True, True, True, False]
    assert first.losses == second.losses == []


def test_numerical_with_tolerance_and_units() -> None:
    units = "".join(
        f"<unit><multiplier>{factor}</multiplier><unit_name>{name}</unit_name></unit>"
        for factor, name in (("1000", "mm"), ("1", "m"))
    )
    body = (
        answer("3.14", "100", "Genau", "<tolerance>0.01</tolerance>")
        + answer("3", "50", "Fast", "<tolerance>0.5</tolerance>")
        + answer("31.4", "0", "Komma", "<tolerance>0</tolerance>")
        + answer("*", "0", "Rechne noch einmal")
        + f"<unitgradingtype>1</unitgradingtype><unitpenalty>0.1</unitpenalty><units>{units}</units>"
    )
    item = only(quiz(question("numerical", body)))
    raw = item.raw
    assert (raw["answer"], raw["tolerance"], raw["unit_de"], raw["feedback_de"]) == (
        "3.14",
        "0.01",
        "m",
        "Darum.\n\nGenau",
    )
    assert [(one["value"]["value"], one["value"]["feedback_de"]) for one in raw["mistakes"]] == [("31.4", "Komma")]
    said = " ".join(item.losses)
    for part in ("3 ± 0.5 earns 50 %", "Rechne noch einmal", "“mm” (factor 1000)", "unit costs marks"):
        assert part in said, said


def test_a_number_without_a_named_unit_of_its_own_gets_none() -> None:
    """Moodle's factors are those of the number's own unit: 100 with “cm” (factor 100) means 10,000 cm."""
    units = "<units><unit><multiplier>{0}</multiplier><unit_name>cm</unit_name></unit></units><unitsleft>1</unitsleft>"
    for kind, right in (("numerical", "100"), ("calculated", "100")):
        body = answer(right, "100", extra="<tolerance>0</tolerance>")
        item = only(quiz(question(kind, body + units.format("100.0000000"))))
        assert item.raw["unit_de"] == ""
        assert "The unit “cm” (factor 100) is not taken over." in item.losses
        item = only(quiz(question(kind, body + units.format("1.0000000"))))
        assert item.raw["unit_de"] == "cm"
        assert item.losses[:1] == ["Its unit stands before the number there, here behind it."]


@pytest.mark.parametrize("kind", ["matching", "ddmatch"])
def test_matching_and_its_dragged_sister(kind: str) -> None:
    pairs = "".join(
        f'<subquestion format="html"><text><![CDATA[{left}]]></text><answer><text>{right}</text></answer></subquestion>'
        for left, right in (("<p>Leads</p>", "Marketing"), ("<p>Deals</p>", "Sales"), ("", "Niemand"))
    )
    item = only(quiz(question(kind, pairs + "<shuffleanswers>true</shuffleanswers>")))
    assert [(one["value"]["text_de"], one["value"]["match_de"]) for one in item.raw["pairs"]] == [
        ("Leads", "Marketing"),
        ("Deals", "Sales"),
    ]
    assert [one["value"]["text_de"] for one in item.raw["distractors"]] == ["Niemand"]
    assert bool(item.losses) == (kind == "ddmatch")


def test_ordering_goes_by_its_fractions() -> None:
    body = "<gradingtype>ABSOLUTE_NEXT_EXCLUDE_LAST</gradingtype><selecttype>RANDOM</selecttype>" + "".join(
        answer(text, fraction) for text, fraction in (("zwei", "2.0"), ("drei", "3.0"), ("eins", "1.0"))
    )
    item = only(quiz(question("ordering", body.replace("ABSOLUTE_NEXT", "RELATIVE_NEXT"))))
    assert [one["value"]["text_de"] for one in item.raw["entries"]] == ["eins", "zwei", "drei"]
    assert len(item.losses) == 2


def test_whatever_has_no_place_is_named() -> None:
    body = (
        "<defaultgrade>3.0</defaultgrade><penalty>0.3333333</penalty><single>true</single>"
        "<shuffleanswers>false</shuffleanswers>"
        '<correctfeedback format="html"><text>Gut gemacht</text></correctfeedback>'
        '<hint format="html"><text>Denk an Montag</text></hint>'
        + answer("<b>Reden</b>", "100")
        + answer("Teilweise", "50")
        + answer("Bild", "-25")
        + "<plugin_local_x>etwas</plugin_local_x>"
    )
    text = (
        quiz(question("multichoice", body, text='<img src="@@PLUGINFILE@@/a.png" alt="Kurve"> \\(x^2\\)'))
        .replace(
            "<defaultgrade>1.0000000</defaultgrade><penalty>0.0000000</penalty><hidden>0</hidden>", "<hidden>1</hidden>"
        )
        .replace("</questiontext>", '<file name="a.png" path="/" encoding="base64">iVBO</file></questiontext>', 1)
    )
    item = only(text)
    assert item.raw["prompt_de"] == "[Kurve] \\(x^2\\)"
    said = "\n".join(item.losses)
    for part in (
        "“Teilweise” is worth 50 %",
        "“Bild” is worth -25 %",
        "worth 3 points",
        "33.33333 %",
        "hidden",
        "mixed",
        "Gut gemacht",
        "“a.png”",
        "(b)",
        "Formulas",
        "plugin_local_x",
    ):
        assert part in said, said
    assert said.count("a.png") == 1


@pytest.mark.parametrize("kind", ["ddimageortext", "ddmarker", "random", "stack", "calculatedmulti"])
def test_types_without_a_kind_are_listed_with_line_and_name(kind: str) -> None:
    result = read("moodle", quiz(question(kind, "", name="Fremd")))
    assert result.items == []
    (problem,) = result.problems
    assert (problem.level, problem.line, problem.where) == (Level.ITEM, 3, "Fremd")
    assert kind in problem.message


@pytest.mark.parametrize(("kind", "tag"), [("gapselect", "selectoption"), ("ddwtos", "dragbox")])
def test_words_for_gaps_are_chosen_from_their_group(kind: str, tag: str) -> None:
    words = "".join(
        f"<{tag}><text>{word}</text><group>{group}</group></{tag}>"
        for word, group in (("Reden", 1), ("Warten", 1), ("zwei", 2), ("drei", 2))
    )
    item = only(quiz(question(kind, words, text="Lies.</p><p>[[1]] hilft [[3]] Teams.")))
    assert (item.kind, item.raw["prompt_de"], item.raw["text_de"]) == ("gap_fill", "Lies.", "{{1}} hilft {{2}} Teams.")
    assert [
        [(one["value"]["text_de"], one["value"]["correct"]) for one in gap["value"]["choices"]]
        for gap in item.raw["gaps"]
    ] == [[("Reden", True), ("Warten", False)], [("zwei", True), ("drei", False)]]
    assert bool(item.losses) == (kind == "ddwtos")
    for text, why in (("[[9]]", "a choice that is not there"), ("Ohne", "no gap"), ("{{1}} [[1]]", "stands for a gap")):
        (problem,) = read("moodle", quiz(question(kind, words, text=text))).problems
        assert why in problem.message


def test_the_description_of_a_category_is_named() -> None:
    category = (
        '<question type="category"><category><text>$course$/top/Silos</text></category>'
        '<info format="html"><text><![CDATA[<p>Alles zu Silos</p>]]></text></info></question>'
    )
    result = read("moodle", quiz(category, question("essay", "")))
    assert [(one.level, one.where) for one in result.problems] == [(Level.LOSS, "Silos")]
    assert "Alles zu Silos" in result.problems[0].message


@pytest.mark.parametrize(
    ("how", "raw", "plain"),
    [
        ("html", "<p>Eins</p>\n<p>Zwei<br>drei</p>", "Eins\n\nZwei\ndrei"),
        ("html", "Eins\nzwei &amp; drei &lt;b&gt;", "Eins zwei & drei <b>"),
        ("plain_text", "Eins\nzwei &amp; <b>", "Eins\nzwei &amp; <b>"),
        ("moodle_auto_format", "Eins\nzwei", "Eins\nzwei"),
        ("markdown", "Eins\n\nzwei", "Eins\n\nzwei"),
        ("html", "<ul><li>Eins</li><li>Zwei</li></ul>", "– Eins\n– Zwei"),
        ("html", "<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("html", "<style>p {}</style><p>Text<script>alert(1)</script></p>", "Text"),
    ],
)
def test_text_formats_become_plain_text(how: str, raw: str, plain: str) -> None:
    text = quiz(question("multichoice", answer("a", "100") + answer("b", "0"))).replace(
        HTML.format("Was?"), f'<questiontext format="{how}"><text><![CDATA[{raw}]]></text></questiontext>'
    )
    assert only(text).raw["prompt_de"] == plain


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("cp1252", "UTF-8"),
        ("latin-1", "ISO-8859-1"),
    ],
)
def test_encodings_declared_rightly_and_wrongly(encoding: str, named: str) -> None:
    text = quiz(question("multichoice", answer("süß", "100") + answer("b", "0"))).replace("UTF-8", named)
    assert options(only_bytes(text.encode(encoding)))[0] == ("süß", True)


def only_bytes(content: bytes) -> ExchangeItem:
    (item,) = read("moodle", content).items
    return item


class TestHostileFiles:
    def refused(self, text: str | bytes) -> FileError:
        start = time.monotonic()
        with pytest.raises(FileError) as caught:
            read("moodle", text)
        assert time.monotonic() - start < 5
        return caught.value

    def test_entity_bombs_and_external_entities(self) -> None:
        bomb = '<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz>&b;</quiz>'
        outside = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
        parameter = '<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><quiz/>'
        for text in (bomb, outside, parameter):
            assert "entities" in str(self.refused(text)), text

    def test_what_is_not_well_formed_names_the_line(self) -> None:
        assert self.refused("<quiz>\n<question>\n</quiz>").problem.line == 3
        assert self.refused("<quiz>&nbsp;</quiz>").problem.line == 1

    def test_depth_and_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused("<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>")
        monkeypatch.setattr(xml, "MAX_ELEMENTS", 100)
        self.refused("<quiz>" + "<a/>" * 101 + "</quiz>")

    def test_too_many_questions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assessments.exchange.formats.moodle_reading.MAX_ITEMS", 3)
        self.refused(quiz(*[question("multichoice", answer("a", "100"))] * 4))

    def test_another_root_and_no_xml(self) -> None:
        assert "<html>" in str(self.refused("<html/>"))
        self.refused("no xml")
        self.refused(b"")

    def test_a_number_that_is_none_costs_its_question_only(self) -> None:
        bad = question("multichoice", answer("a", "viel"))
        good = question("multichoice", answer("a", "100") + answer("b", "0"))
        result = read("moodle", quiz(bad, good))
        assert [problem.line for problem in result.problems] == [3]
        assert len(result.items) == 1

    def test_a_large_file_is_read_in_seconds(self) -> None:
        text = quiz(*[question("multichoice", answer("a", "100") + answer("b", "0"), name=str(n)) for n in range(500)])
        start = time.monotonic()
        assert len(read("moodle", text).items) == 500
        assert time.monotonic() - start < 10
        assert losses(read("moodle", text)) == []


def test_a_file_that_calls_its_windows_1252_latin_1_keeps_quotation_marks_and_euro() -> None:
    body = answer("true", "100") + answer("false", "0")
    text = quiz(question("truefalse", body, text="„5 €“ – oder?")).replace("UTF-8", "ISO-8859-1")
    (item,) = read("moodle", text.encode("cp1252")).items
    assert item.raw["prompt_de"] == "„5 €“ – oder?"


def test_feedback_of_a_second_right_number_and_instructions_do_not_go_in_silence() -> None:
    near = answer("23", "50", "Fast!", "<tolerance>2</tolerance>")
    more = "<instructions><text>Mit Einheit.</text></instructions><coursetags><tag><text>t</text></tag></coursetags>"
    item = only(quiz(question("numerical", answer("23", "100") + near + more)))
    assert "Its feedback: “Fast!”" in item.losses
    assert "Not read: coursetags, instructions." in item.losses


def test_mistakes_beyond_the_tenth_are_named() -> None:
    wrong = "".join(answer(str(number), "0", f"Nicht {number}") for number in range(1, 13))
    item = only(quiz(question("numerical", answer("23", "100") + wrong)))
    assert len(item.raw["mistakes"]) == 10
    assert [loss for loss in item.losses if "11" in loss or "12" in loss] == [
        "Only ten typical mistakes have room; not “11”.",
        "Only ten typical mistakes have room; not “12”.",
    ]


def test_what_is_no_question_in_the_file_is_named() -> None:
    text = quiz(question("truefalse", answer("true", "100") + answer("false", "0")), "<media>x</media>")
    (problem,) = read("moodle", text).problems
    assert (problem.level, problem.line, problem.message) == (Level.LOSS, 5, "Not read: media.")


def test_a_description_is_left_out_without_talk_of_gift_syntax() -> None:
    (problem,) = read("moodle", quiz(question("description", ""))).problems
    assert problem.message.startswith("Nothing is asked here: it has no answers")


def test_a_question_without_a_word_does_not_become_a_nameless_item() -> None:
    result = read("moodle", quiz('<question type="multichoice"/>'))
    assert (result.items, [problem.line for problem in result.problems]) == ([], [3])


def test_half_marks_for_the_other_side_of_true_or_false_are_named() -> None:
    item = only(quiz(question("truefalse", answer("true", "100") + answer("false", "50"))))
    assert (item.raw["key"], item.losses) == (
        "true",
        ["The answer “false” is worth 50 % there; here it counts as wrong."],
    )


CHOICES = answer("Reden", "100") + answer("Warten", "0")
ESSAY = "<responseformat>{0}</responseformat>"
NUMBER = answer("3", "100", extra="<tolerance>0.1</tolerance><tolerancetype>{0}</tolerancetype>")


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("multichoice", CHOICES + "<hint><text>Tipp</text><shownumcorrect/></hint>", "how many answers are right"),
        ("multichoice", CHOICES + "<hint><text></text><clearwrong/></hint>", "wrong answers are taken away"),
        ("multichoice", CHOICES + "<hint><text>T</text><options>1</options></hint>", "(options 1)"),
        ("multichoice", CHOICES + "<hint><text>T</text><clearwrong>0</clearwrong><options>0</options></hint>", ""),
        ("multichoice", CHOICES + "<answernumbering>ABCD</answernumbering>", "numbered there (ABCD)"),
        ("multichoice", CHOICES + "<answernumbering>abc</answernumbering>", ""),
        ("multichoice", CHOICES + "<answernumbering>none</answernumbering>", ""),
        ("multichoice", CHOICES + answer("", "0", "Warum?"), "A wrong answer without a text"),
        ("numerical", NUMBER.format("1"), "marked as a relative one"),
        ("numerical", NUMBER.format("2"), ""),
        ("essay", ESSAY.format("editorfilepicker"), "Pictures and files may stand within"),
        ("essay", ESSAY.format("monospaced"), "letters of one width"),
        ("essay", ESSAY.format("editor") + "<responserequired>0</responserequired>", "may be left empty"),
        ("essay", ESSAY.format("editor") + "<responsefieldlines>40</responsefieldlines>", "has 40 lines"),
        ("essay", ESSAY.format("editor") + "<responsefieldlines>15</responsefieldlines>", ""),
        ("essay", ESSAY.format("editor") + "<maxwordlimit>2500</maxwordlimit>", "limit of 2500 words"),
        ("essay", ESSAY.format("plain") + "<minwordlimit>0</minwordlimit><maxwordlimit>1500</maxwordlimit>", ""),
        (
            "essay",
            ESSAY.format("editor") + "<attachments>2</attachments><attachmentsrequired>1</attachmentsrequired>",
            "At least 1 files",
        ),
        (
            "essay",
            ESSAY.format("noinline") + "<filetypeslist>.pdf</filetypeslist><maxbytes>999999999</maxbytes>",
            "up to 953 MB",
        ),
        (
            "essay",
            ESSAY.format("noinline")
            + "<filetypeslist>.pdf</filetypeslist><responsetemplate><text>Vorlage</text></responsetemplate>",
            "begins with: “Vorlage”",
        ),
    ],
)
def test_settings_without_a_place_are_named(kind: str, body: str, said: str) -> None:
    found = [loss for loss in only(quiz(question(kind, body))).losses if "no rubric yet" not in loss]
    assert any(said in loss for loss in found) if said else found == [], found


def test_what_a_category_says_of_itself_is_named_with_its_line() -> None:
    category = (
        '<question type="category"><category><text>$course$/top/Silos</text></category>'
        "<info><text>Worum es geht</text></info><idnumber>CAT-7</idnumber></question>"
    )
    result = read("moodle", quiz(category, question("truefalse", answer("true", "100") + answer("false", "0"))))
    assert [(one.line, one.where, one.message) for one in result.problems] == [
        (3, "Silos", "The description of the category: “Worum es geht”"),
        (3, "Silos", "The id of the category: “CAT-7”"),
    ]


def test_words_to_choose_that_no_gap_offers_and_that_keep_their_order_are_named() -> None:
    words = "".join(
        f"<selectoption><text>{text}</text><group>{group}</group></selectoption>" for text, group in ("a1", "b1", "c2")
    )
    item = only(quiz(question("gapselect", f"<shuffleanswers>0</shuffleanswers>{words}", text="Das ist [[1]].")))
    assert item.losses == [
        "Its answers are not to be mixed there; here the test decides.",
        "Choices that no gap offers: c.",
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multichoice", "<single>true</single>" + answer("a", "0") + answer("b", "0")),
        ("multichoice", "<single>false</single>" + answer("a", "-50") + answer("b", "0")),
    ],
)
def test_choices_without_a_right_one_are_left_out(kind: str, body: str) -> None:
    result = read("moodle", quiz(question(kind, body)))
    assert result.items == []
    assert [(one.level, one.line, one.message) for one in result.problems] == [
        (Level.ITEM, 3, "No answer is marked as right.")
    ]
