"""The HTML report: whole, self-contained, safe with hostile files, and right in its numbers."""

import itertools
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from vigie import __version__
from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check import report, urgency, views, words
from vigie.systems.orientation.check.findings import Finding
from vigie.systems.orientation.check.run import Options, check
from vigie.systems.orientation.check.summary import Summary

SAMPLE = Path(codes.__file__).parent / "samples" / "orientation-1000.csv"
LATEST = "2020-06-09"
NOW = datetime(2020, 6, 9, 12, 5, tzinfo=UTC)
VOID = {"meta", "br", "wbr", "link", "img", "input", "hr", "source", "base", "embed"}
SPACES = {"\u202f": " ", "\u00a0": " "}


def plain(text: str) -> str:
    """The text with plain spaces."""
    for space, simple in SPACES.items():
        text = text.replace(space, simple)
    return text


class Page(HTMLParser):
    """The elements of a page with their own text; a tag left open or closed out of turn is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []  # (innermost tag, text)
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self) -> str:
        """What is read, with plain spaces."""
        shown = "".join(text for tag, text in self.texts if tag not in ("style", "title"))
        return re.sub(r"\s+", " ", plain(shown))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of the elements of this tag that have these among theirs."""
        return [a for t, a in self.elements if t == tag and wanted.items() <= a.items()]


def judged(*paths: Path) -> tuple[list[Summary], report.Samples]:
    samples: report.Samples = {}

    def keep(finding: Finding, file: str) -> None:
        samples.setdefault(finding.code, []).append((file, finding))

    return [check(path, Options(on_finding=keep)) for path in paths], samples


def page_of(*paths: Path, language: str = "fr") -> str:
    summaries, samples = judged(*paths)
    return report.render(summaries, samples, language, NOW)


def rows() -> tuple[list[str], list[list[str]]]:
    """The header of the sample, and its right rows."""
    header, *lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    whole = [line.split(",") for line in lines if '"' not in line and line.startswith(LATEST)]
    return header.split(","), [cells for cells in whole if len(cells) == header.count(",") + 1]


def written(path: Path, header: list[str], data: list[list[str]]) -> Path:
    lines = [",".join(cells) for cells in [header, *data]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sample_page() -> str:
    return page_of(SAMPLE)


# The page


def test_the_page_is_well_formed_and_its_links_lead_somewhere(sample_page: str) -> None:
    page = Page(sample_page)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = [a["href"].removeprefix("#") for a in page.all("a")]
    assert len(anchors) > 10
    assert set(anchors) <= set(ids)
    labels = [a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a]
    assert set(labels) <= set(ids)
    assert page.all("html") == [{"lang": "fr"}]
    assert len(page.all("h1")) == 1
    assert all("scope" in attributes for attributes in page.all("th"))


def test_headings_never_skip_a_level(sample_page: str, tmp_path: Path) -> None:
    for html in (sample_page, page_of(SAMPLE, tmp_path / "absent.csv")):
        levels = [int(tag[1]) for tag, _ in Page(html).elements if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_nothing_is_loaded_and_nothing_runs(language: str, tmp_path: Path) -> None:
    html = page_of(SAMPLE, hostile(tmp_path), language=language)
    page = Page(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "data", "poster", "background", "style"} & attributes.keys(), tag
        assert not [name for name in attributes if name.startswith("on")]
        assert not [v for v in attributes.values() if re.search(r"https?:|url\(|javascript:", v)]
        assert attributes.get("href", "#").startswith("#")
    (css,) = [text for tag, text in page.texts if tag == "style" and text.strip()]
    assert not re.search(r"url\(|@import|expression\(", css)
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_the_numbers_are_those_of_the_summary(sample_page: str) -> None:
    text = Page(sample_page).text()
    (summary,), _ = judged(SAMPLE)
    assert summary.rows == summary.judged + summary.set_aside == 1000
    wrong = summary.judged - summary.right
    for label, n in (
        ("Lignes", "1 000"),
        ("Jugées", f"{summary.judged}"),
        ("Justes", f"{summary.right}"),
        ("Fausses", f"{wrong}"),
        ("Mises de côté", f"{summary.set_aside}"),
    ):
        assert f"{label} {n} " in text
    assert f"{wrong} lignes fausses sur {summary.judged} jugées, {summary.set_aside} mises de côté" in text
    listed = re.findall(
        r'<code class="id">([a-z-]+)</code></th>.*?<td class="n">(\d+)</td>', sample_page, re.S
    )
    assert [(code, int(n)) for code, n in listed] == summary.ordered_codes()


def test_each_finding_is_explained(sample_page: str) -> None:
    page = Page(sample_page)
    (summary,), samples = judged(SAMPLE)
    assert len(page.all("details")) == len(summary.by_code)
    text = page.text()
    for code, found in samples.items():
        first = found[0][1]
        assert plain(first.message("fr")) in text
        assert f"igne {first.line} :" in text
        assert code in text
    assert len(page.all("tr", role="row")) == sum(summary.by_code.values()) + len(summary.by_code)


def test_charts_are_named_pictures_with_their_table(sample_page: str) -> None:
    page = Page(sample_page)
    (chart,) = page.all("svg")
    assert chart["role"] == "img"
    assert chart["aria-label"].startswith("Nombre de constats")
    assert re.match(r"0 0 \d+ \d+", chart["viewbox"])
    assert "1\u202f000" not in sample_page.split("<svg")[1].split("</svg>")[0]
    assert "Valeur absente" in sample_page.split("<svg")[1].split("</svg>")[0]
    assert "xmlns" not in sample_page


def test_the_footer_says_what_judged_and_when(sample_page: str) -> None:
    page = Page(sample_page)
    text = page.text()
    assert "9 juin 2020 à 14 h 05 (heure de Paris)" in text
    assert page.all("time") == [{"datetime": "2020-06-09T14:05+02:00"}]
    assert f"vigie {__version__}" in text
    assert library.get(f"orientation/{LATEST}").digest in text
    assert text.count("orientation/20") == 1


def test_the_same_moment_gives_the_same_page(sample_page: str, tmp_path: Path) -> None:
    summaries, samples = judged(SAMPLE)
    target = tmp_path / "new" / "report.html"
    report.write_report(target, summaries, samples, "fr", NOW)
    assert target.read_text(encoding="utf-8") == sample_page
    assert [p.name for p in target.parent.iterdir()] == ["report.html"]


def test_english(tmp_path: Path) -> None:
    page = Page(page_of(SAMPLE, language="en"))
    text = page.text()
    assert page.all("html") == [{"lang": "en"}]
    assert "45 wrong rows of 987 judged, 13 set aside" in text
    assert "9 June 2020 at 14:05 (Paris time)" in text
    assert "Call 15 now" in text
    assert not re.search(r"\b(ligne|attendu|erreur)s?\b", text)


# Files of other kinds


def test_a_right_file(tmp_path: Path) -> None:
    header, data = rows()
    right = [cells for cells in data if not judged(written(tmp_path / "one.csv", header, [cells]))[1]][:1]
    text = Page(page_of(written(tmp_path / "right.csv", header, right * 2))).text()
    assert "Tout est juste : les 2 lignes jugées suivent l’algorithme de leur version." in text
    assert "Aucun constat" in text
    assert "Aucune ligne n’est déclarée moins urgente qu’attendu." in text
    assert "Ce qu’il faut corriger" not in text


def test_a_file_without_rows(tmp_path: Path) -> None:
    text = Page(page_of(written(tmp_path / "empty.csv", rows()[0], []))).text()
    assert "Aucune ligne à juger" in text
    assert "Aucune ligne jugée : il n’y a rien à comparer." in text
    assert "Aucun n’a été employé." in text


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_file_that_cannot_be_judged_shows_no_figures(tmp_path: Path, language: str) -> None:
    missing, nameless = tmp_path / "absent.csv", tmp_path / "nameless.csv"
    nameless.write_text("a,b\n1,2\n", encoding="utf-8")
    for path, code in ((missing, "unreadable-file"), (nameless, "no-header")):
        page = Page(page_of(path, language=language))
        assert not page.all("dl", **{"class": "figures"})
        assert not page.all("table")
        _, samples = judged(path)
        assert plain(samples[code][0][1].message(language)) in page.text()


def test_several_files_each_have_their_section(tmp_path: Path) -> None:
    header, data = rows()
    wrong = [*data[0]]
    wrong[header.index("cough")] = "perhaps"
    first = written(tmp_path / "first.csv", header, [wrong])
    wrong[header.index("cough")] = "who knows"
    second = written(tmp_path / "second.csv", header, [data[1], wrong])
    html = page_of(first, second, tmp_path / "absent.csv")
    page = Page(html)
    assert [a["id"] for a in page.all("article") if a["id"].startswith("file-")] == [
        "file-1",
        "file-2",
        "file-3",
    ]
    contents = html[html.index("<nav") : html.index("</nav>")] + "</nav>"
    assert [a["href"] for a in Page(contents).all("a")] == ["#file-1", "#file-2", "#file-3"]
    assert contents.count("–") == 5  # what is not known is not zero
    sections = html.split('<article id="file-')[1:]
    assert "perhaps" in sections[0] and "who knows" not in sections[0]
    assert "who knows" in sections[1] and "perhaps" not in sections[1]
    text = page.text()
    assert (
        "Des erreurs ont été trouvées dans 2 fichiers sur 3. 1 fichier sur 3 ne peut pas être jugé." in text
    )


def test_several_versions_have_a_chart_and_a_table_each(tmp_path: Path) -> None:
    header, data = rows()
    older = [["2020-05-10", *cells[1:]] for cells in data[:5]]
    html = page_of(written(tmp_path / "both.csv", header, [*older, *data[:5]]))
    assert html.count('<table class="confusion">') == 2
    assert [a["aria-label"][:13] for a in Page(html).all("svg")][-1] == "Lignes justes"
    for version in ("2020-05-10", LATEST):
        assert library.get(f"orientation/{version}").digest in html


def test_a_file_with_too_many_columns_to_name(tmp_path: Path) -> None:
    header, data = rows()
    more = [f"more_{i:03}" for i in range(100)]
    text = Page(page_of(written(tmp_path / "wide.csv", header + more, [data[0] + [""] * 100]))).text()
    assert f"et {100 - views.COLUMNS} autres" in text
    assert "Laissé tel quel" in text


# Hostile files


def hostile(folder: Path) -> Path:
    header, data = rows()
    poisons = {
        "cough": '<script>alert("x")</script>',
        "fever_algo": "y" * 5_000,
        "orientation": '"><img src=http://evil.example/ onerror=alert(1)>',
        "imc": "22\u00a0000\u202e\u200b",
        "algo_version": "{{ 7*7 }}`x`{% x %}",
        "diarrhea": "</details></main>&lt;",
    }
    bad = []
    for i, (column, poison) in enumerate(poisons.items()):
        cells = [*data[i], ""]
        cells[header.index(column)] = poison if '"' not in poison else '"' + poison.replace('"', '""') + '"'
        bad.append(cells)
    name = "<script>alert(2)</script>".replace("/", "⁄")  # noqa: RUF001
    return written(folder / f"{name}.csv", [*header, "<svg onload=alert(3)>" + "z" * 2_000], bad)


def test_cells_names_and_columns_are_escaped(tmp_path: Path) -> None:
    html = page_of(hostile(tmp_path))
    page = Page(html)
    assert not page.all("script") and not page.all("img")
    assert not [a for a in page.all("svg") if "onload" in a]
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in html
    text = page.text()
    assert "{{ 7*7 }}`x`{% x %}" in text and "49" not in re.findall(r"« (.*?) »", text)
    assert max(len(word) for word in text.split()) <= max(views.CELL, views.PATH) + 80
    assert "y" * (views.CELL + 1) not in html and "z" * (views.CELL + 1) not in html


def test_what_cannot_be_seen_is_named(tmp_path: Path) -> None:
    html = page_of(hostile(tmp_path))
    assert "22⟨U+00A0⟩000⟨U+202E⟩⟨U+200B⟩" in html
    assert "\u202e" not in html and "\u200b" not in html
    assert words.visible("a\tb\x00\ud800", 10) == "a⟨U+0009⟩b⟨U+0000⟩⟨U+D800⟩"
    assert words.visible("abcdef", 3) == "abc…"


def test_half_characters_do_not_stop_the_report(tmp_path: Path) -> None:
    # A file's name may hold bytes that are no text.
    summary = Summary("half\udcff.csv", "jsonl", "utf-8", judged=1)
    finding = Finding(1, "cough", "invalid-value", "\ud800", "true, false", {"version": LATEST, "detail": ""})
    summary.add_finding(finding)
    samples = {finding.code: [(summary.file, finding)]}
    report.write_report(tmp_path / "report.html", [summary], samples, "fr", NOW)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "⟨U+D800⟩" in html and "half⟨U+DCFF⟩.csv" in html


def test_french_is_well_set(sample_page: str) -> None:
    shown = [text for tag, text in Page(sample_page).texts if tag not in ("style", "code")]
    loose = [text for text in shown if re.search(r" [:;?!%»]|« ", text)]
    assert not loose


# Orientations


def confused() -> Summary:
    summary = Summary("f.csv", "delimited", "utf-8", judged=2_021, right=2_000)
    summary.by_version[LATEST] = 2_021
    summary.by_code["orientation-mismatch"] = 21
    summary.confusion.update(
        {
            (LATEST, "SAMU", "SAMU"): 2_000,
            (LATEST, "surveillance", "SAMU"): 7,
            (LATEST, "consultation_surveillance_1", "consultation_surveillance_2"): 4,
            (LATEST, "SAMU", "surveillance"): 1,
            (LATEST, "orientation_SAMU", "SAMU"): 2,
            (LATEST, "SAMU", ""): 3,
            (LATEST, "", "SAMU"): 2,
            (LATEST, "less_15", "SAMU"): 2,
        }
    )
    return summary


def test_the_sentences_count_rows_by_urgency() -> None:
    text = Page(report.render([confused()], {}, "fr", NOW)).text()
    assert "11 lignes déclarent une orientation moins urgente que celle attendue." in text
    assert "11 lignes sont déclarées moins urgentes qu’attendu : c’est le cas dangereux" in text
    assert "1 ligne est déclarée plus urgente qu’attendu" in text
    assert "2 lignes ont la bonne orientation, écrite avec le code d’une autre version." in text
    assert "3 lignes ne se comparent pas : une réponse manque ou est fausse" in text
    assert "2 lignes ne se comparent pas : elles ne déclarent aucune orientation" in text
    assert "2 lignes ne se comparent pas : une des deux orientations est celle des moins de 15 ans" in text


def test_cells_are_told_apart_without_colours() -> None:
    html = report.render([confused()], {}, "fr", NOW)
    table = html.split('<table class="confusion">')[1].split("</table>")[0]
    text = Page(html).text()
    assert "▼ 7 (déclarée moins urgente)" in text
    assert "▲ 1 (déclarée plus urgente)" in text
    assert "≈ 2 (égales, autre nommage)" in text
    assert "? 3 (ne se compare pas)" in text
    assert "2 000 (égales)" in text
    assert "FIN5" in table and "SAMU" in table and "Appelez le 15 maintenant" in table


def test_the_dangerous_lines_are_named(sample_page: str) -> None:
    (summary,), samples = judged(SAMPLE)
    found = [f for code in ("orientation-mismatch", "other-version-value") for _, f in samples[code]]
    less = sorted(
        f.line
        for f in found
        if f.column == "orientation" and urgency.compare(LATEST, f.found, f.expected) == "less"
    )
    assert len(less) == urgency.totals(summary)["less"] > 1
    assert f"Lignes {', '.join(map(str, less))}." in Page(sample_page).text()
