"""`vigie protocol kit`: everything an implementer needs to be right, in one folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from vigie.rules import codec, library, texts, vectors
from vigie.rules.changes import text_changes
from vigie.rules.engines import javascript, python_module
from vigie.rules.protocol import Protocol
from vigie.rules.texts import Texts
from vigie.rules.vectors import Vector
from vigie.systems.protocol.export import export
from vigie.systems.protocol.whole import write_whole

TEMPLATES = Path(__file__).parent / "templates"
SCHEMAS = (
    ("table-schema", "table-schema.json"),
    ("json-schema", "answers.schema.json"),
    ("fhir", "questionnaire.fhir.json"),
    ("mermaid", "tree.mmd"),
    ("svg", "tree.svg"),
    ("pseudo-code", "pseudo-code.txt"),
)


def write_kit(name: str, folder: Path) -> list[Path]:
    """Write the kit of one protocol; the files, in the order in which the README tells of them.

    Raises ProtocolError when there is no such protocol.
    """
    protocol = library.get(name)
    words = texts.load(name)
    stem = f"{protocol.name}-{protocol.version}"
    module = stem.replace("-", "_")
    covering = vectors.covering(protocol)
    files = {
        "README.md": _readme(protocol, words, stem, module, len(covering.vectors)),
        f"{stem}.mjs": javascript.module(protocol),
        f"{module}.py": python_module.module(protocol),
        "vectors.csv": to_csv(protocol, covering.vectors),
        "vectors.json": to_json(protocol, covering.vectors),
        "vectors-exhaustive.csv": to_csv(protocol, vectors.exhaustive(protocol)),
        "vectors-exhaustive.json": to_json(protocol, vectors.exhaustive(protocol)),
        **{file: export(name, form, "fr") for form, file in SCHEMAS},
        "CHANGES.md": _changes(protocol),
        "try.html": _template("try.html").replace("@STEM@", stem),
        "texts.fr.json": _texts_json(words),
        "texts.en.json": _texts_json(texts.load(name, "en")),
    }
    for file, text in files.items():
        write_whole(folder / file, text)
    return [folder / file for file in files]


def to_csv(protocol: Protocol, found: Iterable[Vector]) -> str:
    """Vectors as CSV: the answers, then `outcome`, `code` and the calculated values. Blank: not asked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*protocol.question, "outcome", "code", *(d.id for d in protocol.derived)])
    for one in found:
        answers = [_written(one.answers.get(name)) for name in protocol.question]
        derived = [codec.write(value) for value in one.derived.values()]
        writer.writerow([*answers, one.outcome, protocol.outcome[one.outcome].code, *derived])
    return out.getvalue()


def to_json(protocol: Protocol, found: Iterable[Vector]) -> str:
    """Vectors as JSON, one a line: answers typed as the modules take them."""
    lines = [
        json.dumps(
            {
                "answers": {k: v for k, v in one.answers.items() if v is not None},
                "outcome": one.outcome,
                "code": protocol.outcome[one.outcome].code,
                "derived": dict(one.derived),
            },
            ensure_ascii=False,
            default=float,
        )
        for one in found
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _written(value: object) -> str:
    return "" if value is None else codec.write(value)  # type: ignore[arg-type]


def _texts_json(words: Texts) -> str:
    return (
        json.dumps(
            {"/".join(path): text.strip() for path, text in words.by_path.items()},
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _readme(protocol: Protocol, words: Texts, stem: str, module: str, covering: int) -> str:
    example = vectors.candidates(protocol)[0]
    shown = json.dumps({k: v for k, v in example.items() if v is not None}, default=float)
    fields = {
        "TITLE": words.get("title"),
        "NAME": protocol.full_name,
        "DIGEST": protocol.digest,
        "STEM": stem,
        "MODULE": module,
        "COVERING": str(covering),
        "EXAMPLE": shown,
    }
    text = _template("kit.md")
    for key, value in fields.items():
        text = text.replace(f"@{key}@", value)
    return text


def _changes(protocol: Protocol) -> str:
    """What changed since the version before, for who has implemented that one."""
    earlier = [v for v in library.versions(protocol.name) if v < protocol.version]
    if not earlier:
        return f"# {protocol.full_name}\n\nPremière version publiée ici.\n"
    from vigie.systems.protocol.compare import told

    before = library.get(f"{protocol.name}/{earlier[-1]}")
    lines = [f"# De {before.version} à {protocol.version}", "", "```", *told(before, protocol), "```", ""]
    lines += ["## Textes", ""]
    changed = text_changes(texts.load(before.full_name), texts.load(protocol.full_name))
    lines += [f"- `{c.name}` : {_line(c.before)} → {_line(c.after)}" for c in changed]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split()) or "∅"
