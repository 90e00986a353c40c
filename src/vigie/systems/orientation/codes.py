"""The outcome codes of the algorithm: FIN1…FIN8, the naming up to 2020-04-17 and the one since 2020-04-29."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from vigie.rules import library

NAME = "orientation"
OLD_NAMING = "2020-04-17"
NEW_NAMING = "2020-04-29"

# Where each column stands in the JSON body of the ministry's API (reference, section 2.4).
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "metadata": ("form_version", "algo_version", "date", "duration", "orientation"),
    "respondent": ("age_range", "imc", "postal_code"),
    "symptoms": (
        "temperature_cat",
        "fever",
        "cough",
        "agueusia_anosmia",
        "sore_throat_aches",
        "diarrhea",
        "tiredness",
        "tiredness_details",
        "feeding_day",
        "breathlessness",
    ),
    "risk_factors": (
        "heart_disease",
        "diabetes",
        "cancer",
        "breathing_disease",
        "kidney_disease",
        "liver_disease",
        "pregnant",
        "sickle_cell",
        "immunosuppressant_disease",
        "immunosuppressant_drug",
    ),
    "calculations": (
        "fever_algo",
        "heart_disease_algo",
        "immunosuppressant_disease_algo",
        "immunosuppressant_drug_algo",
    ),
}


@cache
def versions() -> tuple[str, ...]:
    """The versions of the algorithm, oldest first."""
    return tuple(library.versions(NAME))


@cache
def _naming(version: str) -> dict[str, str]:
    protocol = library.get(f"{NAME}/{version}")
    return {outcome.id: outcome.code for outcome in protocol.outcomes}


@cache
def _fins() -> dict[str, str]:
    return {code: fin for naming in (OLD_NAMING, NEW_NAMING) for fin, code in _naming(naming).items()}


def fin(code: str) -> str | None:
    """FIN1…FIN8 of an outcome code in either naming, None when it is neither."""
    return _fins().get(code)


def to_new(code: str) -> str | None:
    """A code in the naming since 2020-04-29; None when it is not a code."""
    return _naming(NEW_NAMING).get(fin(code) or "")


def to_old(code: str) -> str | None:
    """A code in the naming up to 2020-04-17; None when it is not a code."""
    return _naming(OLD_NAMING).get(fin(code) or "")
