"""`vigie orientation`: check files, judge one questionnaire, make synthetic files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import click

from vigie.systems.orientation import codes

LANGUAGE = click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", help="Langue des messages.")
WRITTEN = click.Path(dir_okay=False, path_type=Path)


@contextmanager
def writing() -> Iterator[None]:
    """An output that cannot be written is told in one line, with exit code 2: 1 speaks of the file read."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads our output has enough, and click ends in silence
    except OSError as error:
        click.echo(f"{error.filename or ''} : {error.strerror or error}".lstrip(" :"), err=True)
        sys.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def orientation() -> None:
    """L’algorithme d’orientation Covid-19 et ses fichiers."""


@orientation.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FICHIER…")
@click.option("--findings", type=WRITTEN, help="Écrire tous les constats ici (CSV, ou .jsonl).")
@click.option("--summary", "summary_path", type=WRITTEN, help="Écrire le résumé ici (JSON).")
@click.option("--report", type=WRITTEN, help="Écrire un rapport ici (une page HTML seule).")
@click.option("--corrected", type=WRITTEN, help="Écrire ici le fichier corrigé (un seul FICHIER).")
@LANGUAGE
def check(
    files: tuple[Path, ...],
    findings: Path | None,
    summary_path: Path | None,
    report: Path | None,
    corrected: Path | None,
    lang: str,
) -> None:
    """Juger des fichiers de réponses, ligne par ligne, chacune par l’algorithme de sa version.

    CSV (« , » ou « ; », UTF-8 ou Latin-1, gzip ou zstd), Parquet ou JSON par lignes. Code de sortie :
    0 tout est juste, 1 des erreurs ont été trouvées, 2 un fichier ne peut pas être jugé.
    """
    from vigie.systems.orientation.check import command

    if corrected and len(files) > 1:
        raise click.UsageError("--corrected s’emploie avec un seul fichier.")
    outputs = command.Outputs(findings, summary_path, report, corrected)
    clash = outputs.clash(files)
    if clash:
        raise click.UsageError(f"{clash} serait à la fois lu et écrit, ou écrit deux fois.")
    with writing():
        sys.exit(command.check_files(list(files), outputs, lang))


@orientation.command()
@click.option("--version", "version", type=click.Choice(codes.versions()), default=codes.versions()[-1])
@click.option("--input", "source", type=click.File("rb"), help="Réponses en JSON (« - » : entrée standard).")
@click.option(
    "--texts", type=click.Path(file_okay=False, exists=True, path_type=Path), help="Textes de l’opérateur."
)
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@LANGUAGE
def evaluate(version: str, source: IO[bytes] | None, texts: Path | None, as_json: bool, lang: str) -> None:
    """Juger un questionnaire : réponses en JSON, ou posées une à une dans le terminal."""
    from vigie.systems.orientation import dialogue

    if source is None and not sys.stdin.isatty():
        source = sys.stdin.buffer
    sys.exit(dialogue.evaluate(version, source, texts, as_json or source is not None, lang))


@orientation.command()
@click.option("--rows", type=click.IntRange(min=0), required=True, help="Nombre de lignes.")
@click.option("--seed", type=int, default=0, help="Même graine, mêmes lignes.")
@click.option("--version", "version", type=click.Choice(codes.versions()), default=codes.versions()[-1])
@click.option(
    "--faults", type=click.FloatRange(0, 1), default=0.0, help="Part des lignes fautives, de 0 à 1."
)
@click.option("--output", type=WRITTEN, help="Fichier à écrire (sinon la sortie standard).")
def generate(rows: int, seed: int, version: str, faults: float, output: Path | None) -> None:
    """Fabriquer un fichier synthétique réaliste.

    Les fautes plantées sont listées à côté, dans OUTPUT.faults.csv.
    """
    from vigie.systems.orientation.generate import Generator, write

    generator = Generator(version, seed, faults)
    with writing(), ExitStack() as stack:
        if output is None:
            write(generator, rows, sys.stdout, None)
            return
        from vigie.systems.orientation.check.output import WholeFile

        out = stack.enter_context(WholeFile(output))
        side = (
            stack.enter_context(WholeFile(output.with_name(output.name + ".faults.csv"))) if faults else None
        )
        write(generator, rows, out, side)
