"""Typed readers of the environment: each wrong value stops the start with a sentence that names the variable."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from enablement.core.env import Env


def env(**values: str) -> Env:
    return Env(values)


def test_text_is_stripped_and_empty_counts_as_missing() -> None:
    assert env(A=" x ").text("A") == "x"
    assert env(A="  ").text("A", "default") == "default"
    with pytest.raises(ImproperlyConfigured, match=r"^A is not set"):
        env(A="").text("A")


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_flags_that_are_true(word: str) -> None:
    assert env(A=word).flag("A", default=False) is True


@pytest.mark.parametrize("word", ["0", "False", "no", "OFF"])
def test_flags_that_are_false(word: str) -> None:
    assert env(A=word).flag("A", default=True) is False


@pytest.mark.parametrize("default", [True, False])
def test_a_missing_flag_is_its_default(default: bool) -> None:
    assert env().flag("A", default=default) is default


@pytest.mark.parametrize(
    ("reader", "value", "arguments"),
    [
        ("flag", "perhaps", {"default": True}),
        ("number", "ten", {"default": 1}),
        ("number", "1.5", {"default": 1}),
        ("choice", "blue", {"default": "red", "allowed": ("red", "green")}),
    ],
)
def test_malformed_values_name_the_variable(reader: str, value: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^A must be"):
        getattr(env(A=value), reader)("A", **arguments)


def test_numbers_have_a_least_value() -> None:
    assert env(A="5").number("A", 1, least=5) == 5
    with pytest.raises(ImproperlyConfigured, match=r"^A must be at least 5"):
        env(A="4").number("A", 9, least=5)


def test_names_are_split_and_stripped() -> None:
    assert env(A=" a, b ,,c").names("A") == ["a", "b", "c"]
    assert env().names("A", "") == []


def test_choices() -> None:
    assert env(A="green").choice("A", "red", ("red", "green")) == "green"
    assert env().choice("A", "red", ("red", "green")) == "red"


def test_a_url_with_a_wrong_scheme_is_refused_without_showing_its_password() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^A must start with one of postgres://") as caught:
        env(A="mysql://user:secret@db/x").url("A", schemes=("postgres",))
    assert "secret" not in str(caught.value)
    assert env(A="postgres://db/x").url("A", schemes=("postgres",)) == "postgres://db/x"
    assert env().url("A", "", schemes=("postgres",)) == ""
