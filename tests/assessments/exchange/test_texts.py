"""HTML to plain text: what carries meaning stays readable, what goes is named."""

from time import perf_counter

import pytest

from assessments.exchange.text import html_to_text


@pytest.mark.parametrize(
    ("html", "text", "gone"),
    [
        ("10<sup>2</sup> m<sup>2</sup>, H<sub>2</sub>O", "10² m², H₂O", ""),
        ("x<sup>a+b</sup>, y<sub>i</sub>, <sup> </sup>", "x^(a+b), y_i,", "sub, sup"),
        ('Lies <a href="https://a.org/b?c=1&amp;d=2">den Text</a>.', "Lies den Text (https://a.org/b?c=1&d=2).", ""),
        ('<a href="https://a.org">https://a.org</a>', "https://a.org", ""),
        ('<a href="mailto:a@b.de">Frag uns</a> <a href="mailto:a@b.de">a@b.de</a>', "Frag uns (a@b.de) a@b.de", ""),
        ('<a href="#unten">unten</a> <a href="javascript:alert(1)">hier</a> <a>dort</a>', "unten hier dort", "a"),
        ('<a href="https://a.org">nie zu', "nie zu", "a"),
        ("<ol><li>eins</li><li>zwei</li></ol>", "1. eins\n2. zwei", "li, ol"),
        ('<ol type="a" start="2"><li>x<ul><li>y</li></ul></li><li>z</li></ol>', "b. x\n– y\nc. z", "li, ol, ul"),
        ("</ol><li>eins</li>", "– eins", "li"),
    ],
)
def test_what_carries_meaning_stays(html: str, text: str, gone: str) -> None:
    found, losses, media = html_to_text(html)
    assert (found, media) == (text, [])
    assert losses == ([f"Formatting is reduced to plain text ({gone})."] if gone else [])


def test_markup_within_markup_costs_no_time() -> None:
    started = perf_counter()
    html_to_text("<sup>xy" * 100_000 + "</sup>" * 100_000)
    html_to_text('<a href="https://a.org">x' * 100_000 + "</a>" * 100_000)
    assert perf_counter() - started < 10


def test_a_player_is_named_by_its_sources() -> None:
    _text, _losses, media = html_to_text('<audio controls><source src="a.mp3"></audio><video src="b.mp4"></video>')
    assert [source for source, _alt in media] == ["a.mp3", "b.mp4"]
