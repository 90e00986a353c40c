"""The words of the report: the same in every language, and well written in each."""

import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from vigie.systems.orientation.check import words
from vigie.systems.orientation.check.findings import CATALOGUE


def test_languages_have_the_same_keys_and_blanks_to_fill() -> None:
    french, english = words.texts("fr"), words.texts("en")
    # "none" is a form that a language may do without.
    assert french.keys() == english.keys()

    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key in french:
        # "once" is a number too.
        if not key.endswith(".one"):
            assert blanks(french[key]) == blanks(english[key]), key
        assert french[key] and english[key]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_code_has_a_title_and_something_to_do(language: str) -> None:
    shown = words.Words(language)
    for code in CATALOGUE:
        assert len(shown(f"codes.{code}.title")) < 40
        assert shown(f"codes.{code}.do").endswith(".")
    in_file = {key.split(".")[1] for key in words.texts(language) if key.startswith("codes.")}
    assert in_file == CATALOGUE.keys()


def test_numbers_and_shares() -> None:
    french, english = words.Words("fr"), words.Words("en")
    assert french.number(1234567) == "1\u202f234\u202f567"
    assert english.number(1234567) == "1,234,567"
    assert french.share(1, 3) == "33,3\u00a0%"
    assert english.share(1, 3) == "33.3%"
    assert english.share(1, 1_000_000) == "<\u00a00.1%"
    assert english.share(999_999, 1_000_000) == ">\u00a099.9%"
    assert [english.share(0, 5), english.share(5, 5), english.share(0, 0)] == ["0%", "100%", ""]
    assert french.count("files", 0) == "0 fichier"
    assert english.count("files", 0) == "0 files"


def test_moments_in_winter_at_the_first_of_the_month_and_without_time_zones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    winter = datetime(2020, 12, 31, 23, 0, tzinfo=UTC)
    assert words.Words("fr").moment(winter) == "1er janvier 2021 à 0 h 00 (heure de Paris)"
    assert words.Words("en").moment(winter) == "1 January 2021 at 00:00 (Paris time)"

    def none(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(words, "ZoneInfo", none)
    assert words.Words("fr").moment(winter) == "31 décembre 2020 à 23 h 00 (UTC)"
