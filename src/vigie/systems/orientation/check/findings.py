"""The catalogue of findings: a stable code, a severity, and a sentence in French and English.

Sentences may use {column}, {found}, {expected}, and {detail}, which is in the finding's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue. `fixable`: `--corrected` can put it right without guessing."""

    severity: str
    fr: str
    en: str
    fixable: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a file. `line` is the physical line on which the record starts."""

    line: int
    column: str
    code: str
    found: str = ""
    expected: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """error, warning or info."""
        return CATALOGUE[self.code].severity

    def message(self, language: str = "fr") -> str:
        """The sentence for people."""
        template: str = getattr(CATALOGUE[self.code], language)
        if language == "fr":
            template = _typeset(template)
        return template.format_map(
            {"column": self.column, "found": self.found, "expected": self.expected, **self.details}
        )


def _typeset(text: str) -> str:
    """French typography: no line may start with one of these signs."""
    for sign, space in ((":", "\u00a0"), ("»", "\u00a0"), (";", "\u202f"), ("!", "\u202f"), ("?", "\u202f")):
        text = text.replace(f" {sign}", space + sign)
    return text.replace("« ", "«\u00a0")


CATALOGUE: dict[str, Kind] = {
    # The file
    "unreadable-file": Kind(
        ERROR, "Le fichier ne peut pas être lu : {reason_fr}.", "The file cannot be read: {reason_en}."
    ),
    "empty-file": Kind(
        ERROR,
        "Le fichier est vide. Une première ligne doit nommer les colonnes.",
        "The file is empty. A first line must name the columns.",
    ),
    "no-header": Kind(
        ERROR,
        "La première ligne ne nomme pas de colonne algo_version. Elle doit nommer les colonnes, séparées par « , » ou « ; ».",
        "The first line names no column algo_version. It must name the columns, separated by , or ;.",
    ),
    "duplicate-column": Kind(
        ERROR,
        "La colonne {column} est écrite {found} fois. La première seule est jugée ; retirez les autres.",
        "The column {column} is written {found} times. Only the first is judged; remove the others.",
    ),
    "missing-column": Kind(
        ERROR,
        "La colonne {column} manque, alors que la version {version} de l’algorithme la demande.",
        "The column {column} is missing, and version {version} of the algorithm requires it.",
    ),
    "extra-column": Kind(
        INFO,
        "La colonne {column} n’est pas dans le format de la version {version}. Elle est ignorée et conservée.",
        "The column {column} is not in the format of version {version}. It is ignored and kept.",
    ),
    # Records set aside
    "blank-line": Kind(WARNING, "Ligne vide, mise de côté.", "Blank line, set aside."),
    "ragged-row": Kind(
        ERROR,
        "La ligne a {found} valeurs, l’en-tête a {expected} colonnes. Elle est mise de côté : une valeur manque, est en trop, ou la ligne est coupée.",
        "The row has {found} values, the header has {expected} columns. It is set aside: a value is missing or extra, or the line is cut.",
    ),
    "stray-quote": Kind(
        ERROR,
        "Un guillemet est ouvert sans être fermé, ou placé au milieu d’une valeur. Cette ligne seule est mise de côté.",
        "A quote is left open, or stands inside a value. This line alone is set aside.",
    ),
    "nul-byte": Kind(
        ERROR,
        "La ligne contient un octet nul ou un caractère de contrôle. Elle est mise de côté.",
        "The line holds a NUL byte or a control character. It is set aside.",
    ),
    "encoding": Kind(
        ERROR,
        "La ligne n’est pas en UTF-8 comme le reste du fichier. Elle est mise de côté.",
        "The line is not in UTF-8 like the rest of the file. It is set aside.",
    ),
    "line-too-long": Kind(
        ERROR,
        "La ligne dépasse {expected} caractères. Elle est mise de côté.",
        "The line is longer than {expected} characters. It is set aside.",
    ),
    "not-json": Kind(
        ERROR,
        "La ligne n’est pas un objet JSON ({detail}). Elle est mise de côté.",
        "The line is not a JSON object ({detail}). It is set aside.",
    ),
    "unknown-version": Kind(
        ERROR,
        "« {found} » n’est pas une version de l’algorithme. La ligne est mise de côté ; versions connues : {expected}.",
        "“{found}” is not a version of the algorithm. The row is set aside; known versions: {expected}.",
    ),
    # Values
    "missing-value": Kind(
        ERROR, "{column} est vide ; attendu : {expected}.", "{column} is blank; expected: {expected}."
    ),
    "missing-calculation": Kind(
        ERROR,
        "{column} est vide ; la valeur recalculée est {expected}.",
        "{column} is blank; the recomputed value is {expected}.",
        fixable=True,
    ),
    "invalid-value": Kind(
        ERROR,
        "{column} vaut « {found} » ; attendu : {expected}.",
        "{column} is “{found}”; expected: {expected}.",
    ),
    "other-version-value": Kind(
        ERROR,
        "{column} vaut « {found} », une valeur de la version {detail} ; attendu : {expected}.",
        "{column} is “{found}”, a value of version {detail}; expected: {expected}.",
    ),
    "spelling": Kind(
        ERROR,
        "{column} est écrit « {found} » ; écrivez « {expected} ».",
        "{column} is written “{found}”; write “{expected}”.",
        fixable=True,
    ),
    "invalid-number": Kind(
        ERROR,
        "{column} vaut « {found} » ; attendu : un nombre à point décimal, {expected}.",
        "{column} is “{found}”; expected: a number with a decimal point, {expected}.",
    ),
    "out-of-range": Kind(
        ERROR,
        "{column} vaut {found}, hors des bornes ; attendu : {expected}.",
        "{column} is {found}, out of bounds; expected: {expected}.",
    ),
    "invalid-timestamp": Kind(
        ERROR,
        "{column} vaut « {found} » ; attendu : une date et une heure avec décalage (RFC 3339), comme {expected}.",
        "{column} is “{found}”; expected: a date and time with an offset (RFC 3339), such as {expected}.",
    ),
    "invalid-date": Kind(
        ERROR,
        "{column} vaut « {found} » ; attendu : une date comme {expected}.",
        "{column} is “{found}”; expected: a date such as {expected}.",
    ),
    "invalid-uuid": Kind(
        ERROR,
        "{column} vaut « {found} » ; attendu : un UUID en minuscules.",
        "{column} is “{found}”; expected: a UUID in lower case.",
    ),
    "uuid-case": Kind(
        WARNING,
        "{column} est un UUID en majuscules ; écrivez-le en minuscules : {expected}.",
        "{column} is a UUID in upper case; write it in lower case: {expected}.",
        fixable=True,
    ),
    "implausible-duration": Kind(
        WARNING,
        "{column} vaut {found} s, une durée peu plausible ; attendu en pratique : {expected} s.",
        "{column} is {found} s, an implausible duration; expected in practice: {expected} s.",
    ),
    "postal-code": Kind(
        WARNING,
        "{column} vaut « {found} » ; attendu : un code postal (75019), un département (75, 2A, 974), sa forme 63XXX, ou rien.",
        "{column} is “{found}”; expected: a postal code (75019), a department (75, 2A, 974), its form 63XXX, or nothing.",
    ),
    "hidden-answer": Kind(
        WARNING,
        "{column} vaut « {found} » alors que la question n’était pas posée ; la valeur est ignorée, attendu : {expected}.",
        "{column} is “{found}” although the question was not asked; the value is ignored, expected: {expected}.",
        fixable=True,
    ),
    # Calculations
    "calculation-mismatch": Kind(
        ERROR,
        "{column} vaut {found} ; le calcul de la version {version} donne {expected}.",
        "{column} is {found}; the calculation of version {version} gives {expected}.",
        fixable=True,
    ),
    "orientation-mismatch": Kind(
        ERROR,
        "L’orientation déclarée est {found} ; la version {version} donne {expected} ({why}).",
        "The declared orientation is {found}; version {version} gives {expected} ({why}).",
        fixable=True,
    ),
    "orientation-naming": Kind(
        ERROR,
        "L’orientation est écrite {found}, un code d’un autre nommage ; la version {version} écrit {expected}.",
        "The orientation is written {found}, a code of another naming; version {version} writes {expected}.",
        fixable=True,
    ),
}

SET_ASIDE = frozenset(
    [
        "blank-line",
        "ragged-row",
        "stray-quote",
        "nul-byte",
        "encoding",
        "line-too-long",
        "not-json",
        "unknown-version",
    ]
)
"""The codes that set a record aside: it is counted, reported, and not judged."""

FATAL = frozenset(("unreadable-file", "empty-file", "no-header"))
"""The codes that stop the judging of a file."""
