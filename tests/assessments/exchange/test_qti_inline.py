"""QTI: fields and lists within a text, words that are dragged into it, and what else the examples of 1EdTech ask."""

import re
from typing import Any

import pytest

from assessments.exchange.items import ExchangeItem, Level
from tests.assessments import factories
from tests.assessments.exchange.helpers import outside, read, travelled
from tests.assessments.exchange.test_kinds_elsewhere import german
from tests.assessments.exchange.test_qti import CHOICES, MANIFEST, declared, v2, zipped


def named(ident: str, *args: Any) -> str:
    return declared(*args).replace('"RESPONSE"', f'"{ident}"')


def in_3(text: str) -> str:
    """The same item as version 3 spells it."""

    text = text.replace("imsqti_v2p1", "imsqtiasi_v3p0")
    html = {"p", "br", "div", "blockquote", "object", "img", "math", "mi", "span"}

    def tag(found: re.Match[str]) -> str:
        name = re.sub(r"(?<=[a-z])([A-Z])", r"-\1", found[2]).lower()
        rest = re.sub(r"(?<=[a-z])([A-Z])(?=[A-Za-z]*=)", r"-\1", found[3])
        rest = re.sub(r"[\w-]+(?==)", lambda one: one[0].lower(), rest)
        return f"<{found[1]}{name if found[2] in html else f'qti-{name}'}{rest}>"

    return re.sub(r"<(/?)([A-Za-z]+)((?:\s[^<>]*|/)?)>", tag, text)


def only(text: str) -> ExchangeItem:
    result = read("qti", text)
    assert [problem for problem in result.problems if problem.level is not Level.LOSS] == []
    (item,) = result.items
    return item


LIST = (
    "<p>Which word is missing?</p><blockquote><p>Made glorious<br/>by this sun of "
    '<inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="false"><inlineChoice identifier="G">Gloucester'
    '</inlineChoice><inlineChoice identifier="Y">York</inlineChoice></inlineChoiceInteraction>; and so on.</p>'
    "</blockquote>"
)
FIELDS = (
    '<p>Complete it.</p><p>To-morrow to <textEntryInteraction responseIdentifier="R1" expectedLength="15"/>, and '
    '<textEntryInteraction responseIdentifier="R2"/> times.</p><feedbackBlock outcomeIdentifier="F" identifier="right" '
    'showHide="show"><p>The first is right.</p></feedbackBlock>'
)
WOODS = named("R1", "single", "string", ["fresh woods"], {"fresh woods": "2", "fresh fields": "1"})
DRAGGED = (
    '<gapMatchInteraction responseIdentifier="RESPONSE" shuffle="false"><prompt>Which words are missing?</prompt>'
    '<gapText identifier="W" matchMax="1">winter</gapText><gapText identifier="Sp" matchMax="1">spring</gapText>'
    '<gapText identifier="Su" matchMax="1">summer</gapText><blockquote><p>Now is the <gap identifier="G1"/> of our '
    'discontent<br/>Made glorious <gap identifier="G2"/>;</p></blockquote></gapMatchInteraction>'
)


@pytest.mark.parametrize("spelled", [str, in_3])
def test_a_list_in_the_text_is_a_gap_with_a_choice(spelled: Any) -> None:
    item = only(spelled(v2(LIST, declared("single", "identifier", ["Y"]))))
    assert (item.kind, item.raw["prompt_de"]) == ("gap_fill", "Which word is missing?")
    assert item.raw["text_de"] == "Made glorious\nby this sun of {{1}}; and so on."
    (gap,) = item.raw["gaps"]
    assert [(one["value"]["text_de"], one["value"]["correct"]) for one in gap["value"]["choices"]] == [
        ("Gloucester", False),
        ("York", True),
    ]


@pytest.mark.parametrize("spelled", [str, in_3])
def test_several_fields_in_a_text_are_gaps_with_their_marks(spelled: Any) -> None:
    item = only(spelled(v2(FIELDS, WOODS + named("R2", "single", "integer", ["3"]))))
    assert item.raw["text_de"] == "To-morrow to {{1}}, and {{2}} times."
    text, number = (gap["value"] for gap in item.raw["gaps"])
    assert [(one["value"]["variants_de"], one["value"]["share"]) for one in text["answers"]] == [
        ("fresh woods", 100),
        ("fresh fields", 50),
    ]
    assert (text["points"], number["points"], number["number"]) == (2, 1, "3")
    assert "The first is right." in item.losses[-1]


@pytest.mark.parametrize("spelled", [str, in_3])
def test_words_that_are_dragged_are_offered_in_each_gap(spelled: Any) -> None:
    pairs = declared("multiple", "directedPair", ["W G1", "Su G2"], {"W G1": "1", "Su G2": "2", "Sp G1": "-1"})
    item = only(spelled(v2(DRAGGED, pairs)))
    assert item.raw["prompt_de"] == "Which words are missing?"
    assert item.raw["text_de"] == "Now is the {{1}} of our discontent\nMade glorious {{2}};"
    first, second = (gap["value"] for gap in item.raw["gaps"])
    assert [one["value"]["correct"] for one in first["choices"]] == [True, False, False]
    assert [one["value"]["correct"] for one in second["choices"]] == [False, False, True]
    assert (first["points"], second["points"]) == (1, 2)
    said = " ".join(item.losses)
    assert "dragged" in said
    assert "takes marks" in said


def test_a_field_alone_stays_a_short_text_and_case_counts_if_answers_differ_by_it() -> None:
    alone = '<p>Who?</p><p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    item = only(v2(alone, declared("single", "string", ["York"], {"York": "1", "york": "0.5"})))
    assert (item.kind, item.raw["prompt_de"], item.raw["match_case"]) == ("short_text", "Who?", True)
    within = alone.replace("</p><p>", " ").replace("/></p>", "/> it was.</p>")
    item = only(v2(within, declared("single", "string", ["York"], {"York": "1", "york": "0.5"})))
    assert item.kind == "gap_fill"
    assert any("Upper case" in loss for loss in item.losses)


@pytest.mark.parametrize(
    ("body", "declaration", "why"),
    [
        (LIST, "", "no right answer"),
        (FIELDS, WOODS, "no right answer"),
        (DRAGGED, declared("multiple", "directedPair", ["W G1"]), "no right answer"),
        (DRAGGED.replace("gapText", "gapImg"), declared("multiple", "directedPair", ["W G1"]), "Pictures are dragged"),
        (LIST.replace("Made", "{{1}} made"), declared("single", "identifier", ["Y"]), "stands for a gap"),
        (FIELDS * 7, WOODS + named("R2", "single", "integer", ["3"]), "at most 12"),
    ],
)
def test_gaps_that_cannot_be_are_left_out_with_the_reason(body: str, declaration: str, why: str) -> None:
    (problem,) = read("qti", v2(body, declaration)).problems
    assert (problem.level, why in problem.message) == (Level.ITEM, True), problem
    assert problem.line > 1


def test_words_in_a_text_a_scale_and_pairs_out_of_one_list() -> None:
    hot = (
        '<hottextInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Where is the error?</prompt>'
        '<p>Sponsors <hottext identifier="A">who bought</hottext> time '
        '<hottext identifier="B">hope that they</hottext> would.</p>'
        "</hottextInteraction>"
    )
    item = only(v2(hot, declared("single", "identifier", ["B"])))
    assert item.raw["prompt_de"] == "Where is the error?\n\nSponsors who bought time hope that they would."
    assert [one["value"]["text_de"] for one in item.raw["options"]] == ["who bought", "hope that they"]
    scale = (
        '<sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="100"><prompt>How many?</prompt>'
    )
    item = only(v2(f"{scale}</sliderInteraction>", declared("single", "integer", ["16"])))
    assert (item.kind, item.raw["answer"], "from 0 to 100" in item.losses[0]) == ("numeric", "16", True)
    entries = "".join(
        f'<simpleAssociableChoice identifier="{key}" matchMax="1">{key.lower()}</simpleAssociableChoice>'
        for key in "ACMPX"
    )
    pairs = f'<associateInteraction responseIdentifier="RESPONSE"><prompt>Who?</prompt>{entries}</associateInteraction>'
    item = only(v2(pairs, declared("multiple", "pair", ["A P", "C M"], {"A P": "2", "C M": "1"})))
    assert [(one["value"]["text_de"], one["value"]["match_de"]) for one in item.raw["pairs"]] == [
        ("a", "p"),
        ("c", "m"),
    ]
    assert [one["value"]["text_de"] for one in item.raw["distractors"]] == ["x"]


@pytest.mark.parametrize(
    ("sorts", "accepted"),
    [("", "audio video pdf"), ('type="application/pdf"', "pdf"), ('type="audio/mpeg video/mp4"', "audio video")],
)
def test_an_upload_is_a_file_to_hand_in(sorts: str, accepted: str) -> None:
    body = f'<uploadInteraction responseIdentifier="RESPONSE" {sorts}><prompt>Hand it in.</prompt></uploadInteraction>'
    item = only(v2(body, '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="file"/>'))
    assert (item.kind, item.raw["prompt_de"]) == ("file_upload", "Hand it in.")
    assert [sort for sort in ("audio", "video", "pdf") if item.raw[sort]] == accepted.split()
    other = body.replace("<uploadInteraction", '<uploadInteraction data-x="" type="image/png"') if not sorts else ""
    assert not other or "other files" in read("qti", v2(other, "")).problems[0].message


def test_marks_that_stand_in_the_rules_alone_are_found() -> None:
    rules = "".join(
        f'<{tag}><match><variable identifier="RESPONSE"/><baseValue baseType="identifier">{key}</baseValue></match>'
        f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{points}</baseValue></setOutcomeValue>'
        f"</{tag}>"
        for tag, key, points in (("responseIf", "B", 2), ("responseElseIf", "C", 1))
    )
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{CHOICES}</choiceInteraction>'
    bare = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"/>'
    processing = f"<responseProcessing><responseCondition>{rules}</responseCondition></responseProcessing>"
    item = only(v2(body, bare, processing))
    assert [one["value"]["correct"] for one in item.raw["options"]] == [False, True, False]
    assert "worth 50 %" in item.losses[0]


def test_what_stands_around_the_question_is_kept_or_named() -> None:
    body = (
        '<rubricBlock view="candidate"><p>Read it twice.</p></rubricBlock><rubricBlock view="scorer"><p>Be kind.</p>'
        '</rubricBlock><choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><prompt>What is '
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mi>e</mi><annotation encoding="LaTeX">e^2'
        f"</annotation></semantics></math>?</prompt>{CHOICES}</choiceInteraction><printedVariable identifier='X'/>"
        '<p><endAttemptInteraction responseIdentifier="H" title="Hint"/></p><feedbackBlock outcomeIdentifier="F" '
        'identifier="HINT1" showHide="show"><p>Think.</p></feedbackBlock>'
    )
    more = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="4"/>'
    text = v2(body, declared("single", "identifier", ["A"]) + more).replace(
        "<assessmentItem", '<assessmentItem xml:lang="en-US"'
    )
    item = only(text)
    assert item.raw["prompt_de"] == "Read it twice.\n\nWhat is e^2?"
    assert [one["value"]["text_de"] for one in item.raw["hints"]] == ["Think."]
    said = " ".join(item.losses)
    for part in ("Be kind", "MathML", "printed-variable", "button", "not to be mixed", "worth 4 points", "“en-US”"):
        assert part in said, said


def test_a_topic_is_no_identifier_of_the_metadata() -> None:
    lom = (
        "<metadata><lom><general><identifier><entry>hotspot-7</entry></identifier></general><classification><taxonPath>"
        "<taxon><entry><string>Silos</string></entry></taxon></taxonPath></classification></lom></metadata><file"
    )
    one = v2(LIST, declared("single", "identifier", ["Y"]))
    content = zipped({"imsmanifest.xml": MANIFEST.replace("<file", lom, 1), "items/one.xml": one})
    assert read("qti", content).items[0].topic_de == "Silos"


def test_older_and_other_files_say_what_they_are() -> None:
    old = '<?xml version="1.0"?><questestinterop><item ident="a"/></questestinterop>'
    result = read("qti", zipped({"imsmanifest.xml": "<manifest><resources/></manifest>", "quiz/a.xml": old}))
    assert [(problem.file, "QTI 1.2" in problem.message) for problem in result.problems] == [("quiz/a.xml", True)]


@pytest.mark.parametrize("prompt", ["_____", "Fill: _____", "_____ or _____?"])
def test_a_line_of_underscores_is_text_and_no_field(prompt: str) -> None:
    raw = {**german(factories.choice_raw("+-")), "prompt_de": prompt}
    assert travelled("qti", outside("single_choice", raw)).raw["prompt_de"] == prompt


def test_one_gap_at_the_end_of_its_text_comes_back_as_one() -> None:
    raw = german(factories.gap_fill_raw())
    raw |= {"gaps": raw["gaps"][:1], "text_de": "Es hilft {{1}}"}
    back = travelled("qti", outside("gap_fill", raw))
    assert (back.kind, back.raw["text_de"], back.raw["prompt_de"]) == ("gap_fill", raw["text_de"], raw["prompt_de"])


def feedback(ident: str, text: str, outcome: str = "F", how: str = "show") -> str:
    return (
        f'<modalFeedback outcomeIdentifier="{outcome}" identifier="{ident}" showHide="{how}">{text}</modalFeedback>'
        "</assessmentItem>"
    )


def test_no_word_of_feedback_goes_in_silence() -> None:
    """As ONYX and others write it: by boolean outcomes, to those who did not choose, twice for one choice."""
    choices = (
        '<simpleChoice identifier="true">Richtig</simpleChoice><simpleChoice identifier="false">Falsch</simpleChoice>'
    )
    body = f'<p>Was?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{choices}</choiceInteraction>'
    outcome = '<outcomeDeclaration identifier="B" cardinality="single" baseType="boolean"/>'
    text = v2(body, declared("single", "identifier", ["true"]) + outcome)
    more = [feedback("true", "Ja."), feedback("true", "Genau."), feedback("true", "Verpasst.", how="hide")]
    for one in (*more, feedback("true", "Gut!", "B"), feedback("SOLUTION1", "Darum.")):
        text = text.replace("</assessmentItem>", one)
    item = only(text)
    assert (item.kind, item.raw["if_true_de"], item.raw["feedback_de"]) == ("true_false", "Ja.\n\nGenau.", "Darum.")
    assert [loss.rpartition(": ")[2] for loss in item.losses] == ["“Verpasst.”", "“Gut!”"]
    both = v2(body, declared("single", "identifier", ["true"]) + outcome)
    for ident in ("B", "C"):
        both = both.replace("</assessmentItem>", feedback("right" if ident == "C" else "true", "Sachsen.", ident))
    item = only(both)
    assert (item.raw["feedback_de"], item.losses) == ("Sachsen.", []), "said to right and to wrong answers"


def test_a_mapping_with_a_bonus_is_said() -> None:
    rules = (
        '<responseProcessing><setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>'
        '<responseCondition><responseIf><match><variable identifier="RESPONSE"/>'
        '<correct identifier="RESPONSE"/></match>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{0}</baseValue></setOutcomeValue></responseIf>'
        "</responseCondition></responseProcessing>"
    )
    body = f'<p>Was?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="2">{CHOICES}</choiceInteraction>'
    declaration = declared("multiple", "identifier", ["A", "B"], {"A": "1", "B": "1", "C": "-2"})
    first, second = only(v2(body, declaration, rules.format("5"))).losses
    assert "map-response" in first
    assert "At most 2" in second
    assert "map-response" not in only(v2(body, declaration, rules.format("0.0"))).losses[0]


def test_pictures_alone_are_no_entries() -> None:
    """Without words an entry would be read as a choice that belongs to nothing."""
    choice = '<simpleAssociableChoice identifier="{0}" matchMax="1">{1}</simpleAssociableChoice>'
    left = choice.format("L", '<img src="a.jpg" alt=""/>') + choice.format("M", "m")
    right = choice.format("X", "x") + choice.format("Y", "y")
    sets = f"<simpleMatchSet>{left}</simpleMatchSet><simpleMatchSet>{right}</simpleMatchSet>"
    match = f'<matchInteraction responseIdentifier="RESPONSE">{sets}</matchInteraction>'
    (problem,) = read("qti", v2(match, declared("multiple", "directedPair", ["L X", "M Y"]))).problems
    assert "no words" in problem.message
    pairs = '<subquestion format="html"><text>{0}</text><answer><text>X</text></answer></subquestion>'
    moodle = f"""<quiz><question type="matching"><name><text>N</text></name>
      <questiontext><text>Was?</text></questiontext>
      {pairs.format('&lt;img src="@@PLUGINFILE@@/a.png" alt=""&gt;')}{pairs.format("b")}</question></quiz>"""
    (problem,) = read("moodle", moodle).problems
    assert "no words" in problem.message


def test_a_document_type_that_names_a_file_is_read_and_nothing_is_fetched() -> None:
    named_type = '<!DOCTYPE assessmentItem SYSTEM\n "http://www.imsglobal.org/xsd/imsqti_v2p1.dtd">'
    text = v2(LIST, declared("single", "identifier", ["Y"]))
    item = only(text.replace("<assessmentItem", f"{named_type}\n<assessmentItem", 1))
    assert (item.kind, item.line) == ("gap_fill", 4)
