"""Right files spoilt at random, for the properties that hold of every file."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.systems.orientation.rows import UUID, VERSIONS, generated, header, nested, zipped, zstd

PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Texts that a careless pattern, cast or comparison would take for right.
TEXTS = [
    *(
        "",
        " ",
        "true",
        "false",
        "True",
        "TRUE",
        "true ",
        " true",
        "1",
        "0",
        "2",
        "01",
        "1.0",
        "-0",
        "+1",
        "oui",
    ),
    *("888", "999", "NSP", "nsp", "null", "NULL", "None", "NaN", "inf", "-inf", "Infinity"),
    *("10", "9.999999999", "10.00000000", "70", "70.00000001", "70.0000000000000001", "29.95", "30", "30.0"),
    *(
        "29.9999999",
        "29.999999999999999",
        "30.00000000000001",
        "0030",
        "3e1",
        "3E1",
        "30.",
        ".30",
        "30,0",
        "3 0",
    ),
    *("0x1e", "1_0", "٣٠", "³⁰", "30\u00a0", "00000000000000030", "9" * 20, "30." + "0" * 40),
    *("2020-06-09", "2020-6-9", "2020-06-09T10:00:00Z", "2020-06-09 10:00:00Z", "2020-06-09t10:00:00z"),
    *("2020-02-29T10:00:00Z", "2021-02-29T10:00:00Z", "2020-04-31T10:00:00Z", "0000-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "2020-06-09T24:00:00Z", "2020-06-09T23:59:60Z", "2020-06-09T10:00:00+14:00"),
    *(
        "2020-06-09T10:00:00+24:00",
        "2020-06-09T10:00:00.1234567890123Z",
        "2020-06-09T10:00:00",
        "10000-01-01",
    ),
    *("0000-00-00", "0001-01-01", "2020-02-30", "30", "31", "1999", "2000", "031", "3100", "-31", "31.0"),
    *("75019", "2A", "2a", "97", "971", "97XXX", "971XX", "63XXX", "63xxx", "ZZXXX", UUID, UUID.upper()),
    *(
        UUID[:-1],
        "inf_15",
        "from_15_to_49",
        "sup_65",
        "sup_70",
        "from_50_to_69",
        "SAMU",
        "less_15",
        "surveillance",
    ),
    *(
        "orientation_SAMU",
        "home_surveillance",
        "none",
        "FIN5",
        "sup_39",
        "inf_35.5",
        "37.8-38.9",
        "é",
        "\u2028",
    ),
    *("$", "\\", "\\n", "%", "'", "''", "x" * 5_000),
]
CELL = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    st.sampled_from(['"', '""', '"x', 'x"', '"a\nb"', '"a,b"', "\x00", "\x1f", "\r", "\n", ";", ","]),
)


@st.composite
def mutated_tables(draw: st.DrawFn) -> bytes:
    """Right rows of one or two versions under one header, then spoilt here and there."""
    versions = draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=2, unique=True))
    names = [*dict.fromkeys(name for version in versions for name in header(version))]
    names += draw(st.sampled_from([[], ["note"], ["note", "note"], ["cough"]]))
    lines: list[list[str]] = [list(names)]
    for _ in range(draw(st.integers(1, 6))):
        version = draw(st.sampled_from(versions))
        row = generated(version, 20)[draw(st.integers(0, 19))]
        cells = dict(zip(header(version), row.split(","), strict=True))
        lines.append([cells.get(name, "") for name in names])
    for _ in range(draw(st.integers(0, 4))):
        row = draw(st.integers(0, len(lines) - 1)) if draw(st.booleans()) else len(lines) - 1
        lines[row][draw(st.integers(0, len(names) - 1))] = draw(CELL)
    if draw(st.booleans()):
        for cells in lines[draw(st.integers(0, len(lines))) :]:
            cells[:] = [f'"{cell}"' for cell in cells]
    delimiter = draw(st.sampled_from([",", ",", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    texts = [delimiter.join(cells) + end for cells in lines]
    for _ in range(draw(st.integers(0, 2))):
        texts.insert(
            draw(st.integers(1, len(texts))),
            draw(st.sampled_from(["\n", "\r", " \n", texts[0], texts[-1], '"\n'])),
        )
    data = "".join(texts).encode(
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252"])), errors="replace"
    )
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 2)) :]
    return draw(st.sampled_from([bytes, bytes, bytes, zipped, zstd]))(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["cough", "x", "imc"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def mutated_json(draw: st.DrawFn) -> bytes:
    """Right bodies of the three shapes, then spoilt here and there."""
    shapes = draw(st.lists(st.sampled_from(["flat", "nested", "wrapped"]), min_size=1, max_size=2))
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        version = draw(st.sampled_from(VERSIONS))
        row = generated(version, 20)[draw(st.integers(0, 19))]
        cells = dict(zip(header(version), row.split(","), strict=True))
        shape = draw(st.sampled_from(shapes))
        body = dict(cells) if shape == "flat" else nested(cells, wrapped=shape == "wrapped")
        for _ in range(draw(st.integers(0, 2))):
            part = body.get("questionnaire", body)
            inner = draw(st.sampled_from(["", "symptoms", "metadata", "respondent"]))
            part = part.get(inner, part) if isinstance(part, dict) else body
            part = part if isinstance(part, dict) else body
            part[draw(st.sampled_from([*header(version), "x", "questionnaire", "metadata"]))] = draw(JSON)
        lines.append(json.dumps(body, ensure_ascii=draw(st.booleans()), indent=None))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(lines) - 1))
        cut = draw(st.integers(0, len(lines[at])))
        lines[at] = (
            lines[at][:cut]
            + draw(st.sampled_from(["", ",", "}", '"', '"cough": 1,', "\\"]))
            + lines[at][cut:]
        )
    return "\n".join(lines).encode("utf-8", errors="replace")
