"""Files as they come, and what the check must say of each: shared by the tests of both reading paths."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field

from tests.systems.orientation.rows import (
    LATEST,
    VERSIONS,
    csv_bytes,
    generated,
    header,
    json_bytes,
    line,
    nested,
    right,
    zipped,
    zstd,
)
from vigie.systems.orientation.check import text

Told = list[tuple[int, str, str]]


@dataclass(frozen=True)
class Strange:
    """`told`: line, column and code of every finding. `rows`: records judged, then records set aside."""

    name: str
    data: bytes
    rows: tuple[int, int]
    told: Told = field(default_factory=list)
    exit_code: int = 0


H = ",".join(header())
A, B, C, D = generated(LATEST, 4)
NOTED = [*header(), "note"]
WRONG = line({**right(), "orientation": "SAMU"})
FAULT = ("orientation", "orientation-mismatch")
NOTE = (1, "note", "extra-column")


def lines(*texts: str, end: str = "\n") -> bytes:
    return "".join(text + end for text in texts).encode()


def noted(*notes: str) -> list[str]:
    """Right rows, each with a note in a column of no version."""
    return [f"{row},{note}" for row, note in zip([A, B, C, D], notes, strict=False)]


def quoted(row: str, delimiter: str = ",") -> str:
    return delimiter.join(f'"{cell}"' for cell in row.split(","))


def objects(count: int = 3) -> list[dict[str, object]]:
    names = header()
    return [dict(zip(names, row.split(","), strict=True)) for row in generated(LATEST, count)]


def member(name: str, raw: str) -> str:
    """A right JSON line with a member written so, before the others."""
    return "{" + f'"{name}": {raw}, ' + json.dumps(objects(1)[0])[1:]


NEST = "[" * 3_000 + "]" * 3_000
OPEN = line({**right(), "postal_code": '"75019'})

STRANGE = [
    # Delimiters, encodings, compression
    Strange("comma", lines(H, A, B), (2, 0)),
    Strange("semicolon", lines(H, A, B).replace(b",", b";"), (2, 0)),
    Strange("tab", lines(H, A, B).replace(b",", b"\t"), (2, 0)),
    Strange("bar", lines(H, A, B).replace(b",", b"|"), (2, 0)),
    Strange("byte-order mark", codecs.BOM_UTF8 + lines(H, A, B), (2, 0)),
    Strange(
        "byte-order mark and quotes",
        codecs.BOM_UTF8 + lines(quoted(H, ";"), quoted(A, ";"), quoted(B, ";"), end="\r\n"),
        (2, 0),
    ),
    Strange("accents in UTF-8", lines(*[",".join(NOTED), *noted("fièvre", "œil")]), (2, 0), [NOTE]),
    Strange(
        "accents in Latin-1",
        lines(*[",".join(NOTED), *noted("fièvre", "é")]).decode().encode("latin-1"),
        (2, 0),
        [NOTE],
    ),
    Strange(
        "characters of Windows",
        lines(*[",".join(NOTED), *noted("œil", "5 €")]).decode().encode("cp1252"),
        (2, 0),
        [NOTE],
    ),
    Strange(
        "the five bytes that Windows leaves out",
        ",".join(NOTED).encode() + b"\n" + A.encode() + b",\x81\x8d\x8f\x90\x9d\n",
        (1, 0),
        [NOTE],
    ),
    Strange(
        "a header with accents", lines(f"{H},prénom", f"{A},Zoé"), (1, 0), [(1, "prénom", "extra-column")]
    ),
    Strange(
        "a header with accents in Latin-1",
        lines(f"{H},prénom", f"{A},Zoé").decode().encode("latin-1"),
        (1, 0),
        [(1, "prénom", "extra-column")],
    ),
    Strange(
        "a replacement character is a character", lines(*[",".join(NOTED), *noted("\ufffd")]), (1, 0), [NOTE]
    ),
    Strange("gzip", zipped(lines(H, A, B)), (2, 0)),
    Strange("gzip in two members", zipped(lines(H, A)) + zipped(lines(B, C)), (3, 0)),
    Strange(
        "gzip cut between members inside a line", zipped(lines(H, A)[:50]) + zipped(lines(H, A)[50:]), (1, 0)
    ),
    Strange("zstd", zstd(lines(H, A, B)), (2, 0)),
    Strange("zstd in two frames", zstd(lines(H, A)) + zstd(lines(B, C)), (3, 0)),
    Strange(
        "zstd with a frame to skip",
        zstd(lines(H, A)) + b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd(lines(B)),
        (2, 0),
    ),
    # Ends of lines
    Strange("CRLF", lines(H, A, B, end="\r\n"), (2, 0)),
    Strange("CR alone", lines(H, A, B, end="\r"), (2, 0)),
    Strange("ends mixed", f"{H}\r\n{A}\n{B}\r{WRONG}\r\n".encode(), (3, 0), [(4, *FAULT)], 1),
    Strange("no final end", lines(H, A, WRONG)[:-1], (2, 0), [(3, *FAULT)], 1),
    Strange("a CR ends the file", lines(H, A)[:-1] + b"\r", (1, 0)),
    Strange(
        "a blank line in the middle", lines(H, A, "", WRONG), (2, 1), [(3, "", "blank-line"), (4, *FAULT)], 1
    ),
    Strange("spaces alone", lines(H, A, " \t ", WRONG), (2, 1), [(3, "", "blank-line"), (4, *FAULT)], 1),
    Strange(
        "blank lines at the end", lines(H, A, "", ""), (1, 2), [(3, "", "blank-line"), (4, "", "blank-line")]
    ),
    Strange("a blank line after CRLF", lines(H, A, "", B, end="\r\n"), (2, 1), [(3, "", "blank-line")]),
    Strange("LF then CR is a blank line", f"{H}\n{A}\n\r{B}\n".encode(), (2, 1), [(3, "", "blank-line")]),
    Strange("a blank line first", lines("", H, A), (0, 0), [(1, "", "no-header")], 2),
    # Quotes
    Strange("all quoted", lines(quoted(H), quoted(A), quoted(B)), (2, 0)),
    Strange(
        "some quoted", lines(H, A.replace("2020-06-09", '"2020-06-09"', 1), WRONG), (2, 0), [(3, *FAULT)], 1
    ),
    Strange(
        "a quote never closed",
        lines(H, A, OPEN, B, WRONG),
        (3, 1),
        [(3, "", "stray-quote"), (5, *FAULT)],
        1,
    ),
    Strange(
        "several quotes never closed",
        lines(H, OPEN, OPEN, A, OPEN),
        (1, 3),
        [(2, "", "stray-quote"), (3, "", "stray-quote"), (5, "", "stray-quote")],
        1,
    ),
    Strange("the last quote never closed", lines(H, A, OPEN)[:-1], (1, 1), [(3, "", "stray-quote")], 1),
    Strange(
        "a quote in the middle of a value",
        lines(",".join(NOTED), *noted("5'10\" tall", "fine")),
        (1, 1),
        [NOTE, (2, "", "stray-quote")],
        1,
    ),
    Strange(
        "a quote opened in a column that is not judged",
        lines(",".join(NOTED), *noted('"open', "fine", "fine")),
        (2, 1),
        [NOTE, (2, "", "stray-quote")],
        1,
    ),
    Strange(
        "quoted newlines in a note",
        lines(",".join(NOTED), *noted('"one\ntwo"', "fine", '"a\n\nb, ""c"""'), WRONG + ",x"),
        (4, 0),
        [NOTE, (8, *FAULT)],
        1,
    ),
    Strange(
        "quoted newlines with CRLF",
        lines(",".join(NOTED), *noted('"one\r\ntwo"', "fine"), WRONG + ",x", end="\r\n"),
        (3, 0),
        [NOTE, (5, *FAULT)],
        1,
    ),
    Strange(
        "a quoted record whose second line looks like a row",
        lines(",".join(NOTED), noted('"one')[0], noted("x", "y")[1], 'two"'),
        (1, 2),
        [NOTE, (2, "", "stray-quote"), (4, "", "stray-quote")],
        1,
    ),
    Strange(
        "ditto marks, which would close one another",
        lines(",".join(NOTED), *noted('"', '"', '"', "x")),
        (1, 3),
        [NOTE, (2, "", "stray-quote"), (3, "", "stray-quote"), (4, "", "stray-quote")],
        1,
    ),
    Strange(
        "a quoted newline in a first column",
        lines(f"note,{H}", f'"2020-06-09,\n2020-06-09",{A}', f"x,{B}"),
        (2, 0),
        [NOTE],
    ),
    Strange("doubled quotes", lines(",".join(NOTED), *noted('"say ""oui"""', '""')), (2, 0), [NOTE]),
    # What cannot be judged
    Strange(
        "a NUL byte",
        lines(H, A, B.replace("2020", "2\x0020", 1), WRONG),
        (2, 1),
        [(3, "", "nul-byte"), (4, *FAULT)],
        1,
    ),
    Strange(
        "control characters",
        lines(",".join(NOTED), *noted("\x01", "\x02", "\x1f", "\x0b\x1b\x85\u2028")),
        (1, 3),
        [NOTE, (2, "", "nul-byte"), (3, "", "nul-byte"), (4, "", "nul-byte")],
        1,
    ),
    Strange(
        "bytes that are not UTF-8 in a UTF-8 file",
        lines(",".join(NOTED), *noted("é")) + B.encode() + b",\xe9\n" + lines(f"{WRONG},x"),
        (2, 1),
        [NOTE, (3, "", "encoding"), (4, *FAULT)],
        1,
    ),
    Strange(
        "bytes that are not UTF-8, and a blank line",
        lines(",".join(NOTED), *noted("é")) + B.encode() + b",\xe9\n" + lines("", f"{C},x"),
        (2, 2),
        [NOTE, (3, "", "encoding"), (4, "", "blank-line")],
        1,
    ),
    Strange(
        "a character cut at the end of the file",
        lines(",".join(NOTED), *noted("é", "é"))[:-2],
        (1, 1),
        [NOTE, (3, "", "encoding")],
        1,
    ),
    Strange(
        "a very long line",
        lines(H, A, "x" * (text.MAX_LINE + 1), WRONG),
        (2, 1),
        [(3, "", "line-too-long"), (4, *FAULT)],
        1,
    ),
    Strange(
        "a right row made too long by its note",
        lines(",".join(NOTED), *noted("x" * text.MAX_LINE, "x" * 300_000)),
        (1, 1),
        [NOTE, (2, "", "line-too-long")],
        1,
    ),
    Strange(
        "a line longer than what is kept in memory",
        lines(H, A, "é" * text.LONG_LINE, WRONG),
        (2, 1),
        [(3, "", "line-too-long"), (4, *FAULT)],
        1,
    ),
    Strange("UTF-16", lines(H, A).decode().encode("utf-16"), (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("UTF-16 unmarked", lines(H, A).decode().encode("utf-16-le"), (0, 0), [(1, "", "no-header")], 2),
    Strange("empty", b"", (0, 0), [(1, "", "empty-file")], 2),
    Strange("one line feed", b"\n", (0, 0), [(1, "", "empty-file")], 2),
    Strange("a byte-order mark alone", codecs.BOM_UTF8, (0, 0), [(1, "", "empty-file")], 2),
    Strange("nothing, zipped", zipped(b""), (0, 0), [(1, "", "empty-file")], 2),
    Strange("a NUL byte alone", b"\0", (0, 0), [(1, "", "no-header")], 2),
    Strange("header alone", lines(H), (0, 0)),
    Strange("header alone, unended", H.encode(), (0, 0)),
    Strange("no header", lines(A, B), (0, 0), [(1, "", "no-header")], 2),
    Strange("another table", b"nom,prenom\nA,B\n", (0, 0), [(1, "", "no-header")], 2),
    Strange("gzip cut", zipped(lines(H, A))[:-20], (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("gzip without an end", zipped(lines(H, A))[:-8], (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("gzip then rubbish", zipped(lines(H, A)) + b"rubbish", (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("two bytes of gzip", b"\x1f\x8b", (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("zstd cut", zstd(lines(H, A))[:-3], (0, 0), [(1, "", "unreadable-file")], 2),
    Strange(
        "zstd cut without checksum",
        zstd(lines(H, A), checksum=False)[:-3],
        (0, 0),
        [(1, "", "unreadable-file")],
        2,
    ),
    Strange(
        "zstd second frame cut",
        zstd(lines(H, A)) + zstd(lines(B))[:-3],
        (0, 0),
        [(1, "", "unreadable-file")],
        2,
    ),
    Strange("zstd then rubbish", zstd(lines(H, A)) + b"rubbish", (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("four bytes of zstd", b"\x28\xb5\x2f\xfd", (0, 0), [(1, "", "unreadable-file")], 2),
    Strange("four bytes of Parquet", b"PAR1", (0, 0), [(1, "", "unreadable-file")], 2),
    # Columns
    Strange("spaces around names", lines(H.replace(",", " , "), A), (1, 0)),
    Strange(
        "another order",
        csv_bytes([dict(reversed(right().items())), dict(reversed(right(cough="true").items()))]),
        (2, 0),
    ),
    Strange(
        "duplicated columns, the first counts",
        lines(f"{H},cough,cough", f"{A},maybe,x", f"{B},,"),
        (2, 0),
        [(1, "cough", "duplicate-column")],
        1,
    ),
    Strange(
        "a quote in a duplicated column",
        lines(f"{H},cough", f'{A},"x', f"{B},"),
        (1, 1),
        [(1, "cough", "duplicate-column"), (2, "", "stray-quote")],
        1,
    ),
    Strange(
        "a required column missing",
        csv_bytes([{k: v for k, v in right().items() if k != "cough"}] * 2),
        (2, 0),
        [(1, "cough", "missing-column")],
        1,
    ),
    Strange(
        "optional columns missing",
        csv_bytes([{k: v for k, v in right().items() if k not in ("id", "postal_code")}]),
        (1, 0),
    ),
    Strange(
        "no orientation",
        csv_bytes([{k: v for k, v in right().items() if k != "orientation"}]),
        (1, 0),
        [(1, "orientation", "missing-column")],
        1,
    ),
    Strange("an extra column", lines(",".join(NOTED), *noted("a", "b")), (2, 0), [NOTE]),
    Strange(
        "ragged rows",
        lines(H, A, A + ",", A.rpartition(",")[0], "x", WRONG),
        (2, 3),
        [(3, "", "ragged-row"), (4, "", "ragged-row"), (5, "", "ragged-row"), (6, *FAULT)],
        1,
    ),
    Strange("a last line cut", lines(H, A, B)[:-40], (1, 1), [(3, "", "ragged-row")], 1),
    Strange(
        "the header again in the middle, as in files put end to end",
        lines(H, A, H, B),
        (2, 1),
        [(3, "algo_version", "unknown-version")],
        1,
    ),
    Strange("the same wrong row twice", lines(H, WRONG, A, WRONG), (3, 0), [(2, *FAULT), (4, *FAULT)], 1),
    # Versions
    Strange(
        "an unknown version",
        lines(H, A, B.replace(LATEST, "2020-04-25")),
        (1, 1),
        [(3, "algo_version", "unknown-version")],
        1,
    ),
    Strange(
        "an unknown version alone",
        lines(H, A.replace(LATEST, "2020-06-9")),
        (0, 1),
        [(2, "algo_version", "unknown-version")],
        1,
    ),
    Strange(
        "no version", lines(H, A.replace(LATEST, "", 1)), (0, 1), [(2, "algo_version", "unknown-version")], 1
    ),
    # JSON lines
    Strange("JSON flat", json_bytes(objects()), (3, 0)),
    Strange("JSON unended", json_bytes(objects())[:-1], (3, 0)),
    Strange("JSON with CRLF", json_bytes(objects()).replace(b"\n", b"\r\n"), (3, 0)),
    Strange("JSON with a byte-order mark", codecs.BOM_UTF8 + json_bytes(objects()), (3, 0)),
    Strange("JSON zipped", zipped(json_bytes(objects())), (3, 0)),
    Strange("JSON with types", json_bytes([nested(right(v), wrapped=False) for v in VERSIONS]), (5, 0)),
    Strange(
        "JSON as the API takes it", json_bytes([nested(right(v), wrapped=True) for v in VERSIONS]), (5, 0)
    ),
    Strange(
        "JSON of two shapes",
        json_bytes(
            [
                right(),
                nested(right(), wrapped=True),
                nested({**right(), "orientation": "SAMU"}, wrapped=False),
            ]
        ),
        (3, 0),
        [(3, *FAULT)],
        1,
    ),
    Strange(
        "JSON in a shape of its own",
        json_bytes([right(), {"row": right()}]),
        (1, 1),
        [(2, "algo_version", "unknown-version")],
        1,
    ),
    Strange(
        "JSON with a version in two places, one of them known",
        json_bytes([{**nested(right(), wrapped=False), "algo_version": []}, right()]),
        (2, 0),
    ),
    Strange("JSON wrapped and flat", json_bytes([{"questionnaire": right()}, right()]), (2, 0)),
    Strange(
        "JSON with blank lines",
        json_bytes(["", *objects(2), ""]),
        (2, 2),
        [(1, "", "blank-line"), (4, "", "blank-line")],
    ),
    Strange(
        "JSON broken",
        json_bytes(
            [*objects(1), "{", "[]", "null", "3", '"x"', "{}", member("a", "1")[:-1], member("a", "1") + "}"]
        ),
        (1, 8),
        [
            *((n, "", "not-json") for n in range(2, 7)),
            (7, "algo_version", "unknown-version"),
            (8, "", "not-json"),
            (9, "", "not-json"),
        ],
        1,
    ),
    Strange(
        "JSON spread over lines",
        json.dumps(objects(1)[0], indent=1).encode(),
        (0, 32),
        [(n, "", "not-json") for n in range(1, 33)],
        1,
    ),
    Strange(
        "JSON with null for a blank",
        json_bytes([{**right(), "postal_code": None, "tiredness_details": None}]),
        (1, 0),
    ),
    Strange(
        "JSON without what may be blank",
        json_bytes(
            [{k: v for k, v in right().items() if k not in ("id", "postal_code", "tiredness_details")}]
        ),
        (1, 0),
    ),
    Strange(
        "JSON without calculations",
        json_bytes([{k: v for k, v in right().items() if k != "fever_algo"}]),
        (1, 0),
        [(1, "fever_algo", "missing-calculation")],
        1,
    ),
    Strange(
        "JSON with a comma too many",
        json_bytes([*objects(1), member("a", "1")[:-1] + ",}"]),
        (1, 1),
        [(2, "", "not-json")],
        1,
    ),
    Strange(
        "JSON with a key twice, the first counts",
        json_bytes([member("cough", '"maybe"'), json.dumps(objects(1)[0])[:-1] + ', "cough": "maybe"}']),
        (2, 0),
        [(1, "cough", "invalid-value")],
        1,
    ),
    Strange(
        "JSON with a namesake elsewhere",
        json_bytes([json.dumps(objects(1)[0])[:-1] + ', "other": {"cough": "maybe"}}']),
        (1, 0),
    ),
    Strange(
        "JSON with a questionnaire beside",
        json_bytes(
            [*objects(1), json.dumps(objects(1)[0])[:-1] + ', "questionnaire": {"algo_version": "x"}}']
        ),
        (2, 0),
    ),
    Strange(
        "JSON with an exponent",
        json_bytes([*objects(1), member("imc", "2e1")]),
        (2, 0),
        [(2, "imc", "invalid-number")],
        1,
    ),
    Strange(
        "JSON with more digits than a double",
        json_bytes([*objects(1), member("imc", "22.00000000000000000001")]),
        (2, 0),
        [(2, "imc", "invalid-number")],
        1,
    ),
    Strange(
        "JSON with minus zero",
        json_bytes([*objects(1), member("pregnant", "-0")]),
        (2, 0),
        [(2, "pregnant", "invalid-value")],
        1,
    ),
    Strange(
        "JSON with NaN",
        json_bytes([*objects(1), member("imc", "NaN"), member("x", "NaN")]),
        (3, 0),
        [(2, "imc", "invalid-number")],
        1,
    ),
    Strange("JSON with nan", json_bytes([*objects(1), member("x", "nan")]), (1, 1), [(2, "", "not-json")], 1),
    Strange(
        "JSON with an object or a list for an answer",
        json_bytes([*objects(1), member("cough", "{}"), member("cough", "[true]")]),
        (3, 0),
        [(2, "cough", "invalid-value"), (3, "cough", "invalid-value")],
        1,
    ),
    Strange(
        "JSON with escapes",
        json_bytes([member("x", r'"\u0000 \" \\ \ud83d\ude00"'), member("cough", r'"\u0074rue\u0000"')]),
        (2, 0),
        [(2, "cough", "invalid-value")],
        1,
    ),
    Strange(
        "JSON with half a surrogate pair",
        json_bytes([*objects(1), member("cough", r'"\ud800"'), member("x", r'"\udfff"')]),
        (3, 0),
        [(2, "cough", "invalid-value")],
        1,
    ),
    Strange(
        "JSON nested out of sight",
        json_bytes([*objects(1), member("x", NEST), '{"a":' * 3_000 + "1" + "}" * 3_000]),
        (1, 2),
        [(2, "", "not-json"), (3, "", "not-json")],
        1,
    ),
    Strange(
        "JSON with a NUL byte",
        json_bytes([*objects(1), member("x", '"\0"')]),
        (1, 1),
        [(2, "", "nul-byte")],
        1,
    ),
    Strange(
        "JSON in Latin-1",
        json_bytes([member("x", '"é"'), {**right(), "note": "é", "orientation": "SAMU"}])
        .decode()
        .encode("latin-1"),
        (2, 0),
        [(2, *FAULT)],
        1,
    ),
]

MIXED = [right(version, cough="true") for version in VERSIONS]
COLUMNS = sorted({name for version in VERSIONS for name in header(version)})
STRANGE.append(
    Strange(
        "every version in one file",
        csv_bytes(
            [{name: row.get(name, "") for name in COLUMNS} for row in MIXED]
            + [{**dict.fromkeys(COLUMNS, ""), "algo_version": "2021-01-01"}]
        ),
        (5, 1),
        sorted(
            [
                *((1, name, "extra-column") for v in VERSIONS for name in COLUMNS if name not in header(v)),
                (7, "algo_version", "unknown-version"),
            ]
        ),
        1,
    )
)
