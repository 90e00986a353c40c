"""`vigie protocol`: the protocols that are known, and what each one says."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vigie.rules import library, texts
from vigie.rules.errors import ProtocolError

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def protocol() -> None:
    """Les protocoles : questions, règles, versions."""


@protocol.command("list")
def list_() -> None:
    """Lister les protocoles et leurs versions."""
    for name in library.names():
        click.echo(f"{name}   {texts.load(name).get('title')}")


@protocol.command()
@click.argument("name", metavar="NOM")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", help="Langue des textes.")
def show(name: str, lang: str) -> None:
    """Montrer un protocole, nommé comme orientation/2020-06-09."""
    from vigie.systems.protocol.show import lines

    try:
        click.echo("\n".join(lines(library.get(name), texts.load(name, lang))))
    except ProtocolError as error:
        click.echo(error.what, err=True)
        sys.exit(2)


@protocol.command()
@click.argument("names", nargs=-1, metavar="[NOM…]")
@click.option("--all", "every", is_flag=True, help="Tous les protocoles.")
@click.option("--certificates", type=FOLDER, help="Écrire les certificats ici.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def prove(names: tuple[str, ...], every: bool, certificates: Path | None, as_json: bool) -> None:
    """Prouver un protocole : une issue toujours, chaque clause atteinte, chaque promesse tenue.

    NOM est un nom (orientation/2020-06-09) ou un fichier YAML. Code de sortie 1 si quelque chose manque.
    """
    if every == bool(names):
        raise click.UsageError("Donner des noms, ou --all.")
    try:
        from vigie.systems.protocol.prove import prove as run

        sys.exit(run(library.names() if every else list(names), certificates, as_json=as_json))
    except ProtocolError as error:
        click.echo(str(error), err=True)
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        click.echo("Les preuves demandent z3-solver : pip install 'vigie[prove]'.", err=True)
    sys.exit(2)


@protocol.command()
@click.argument("before", metavar="AVANT")
@click.argument("after", metavar="APRÈS")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Dire ce que change une version : qui change d’issue, combien, et par où."""
    from vigie.rules.diff import NotComparable
    from vigie.systems.protocol.compare import compare

    try:
        compare(before, after, as_json=as_json)
    except (ProtocolError, NotComparable) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@protocol.command()
@click.argument("name", metavar="NOM")
@click.option("--output", "folder", type=FOLDER, required=True, help="Dossier à écrire.")
def kit(name: str, folder: Path) -> None:
    """Écrire le kit de l’implémenteur : modules, vecteurs, schémas, arbre, changements."""
    from vigie.systems.protocol.kit import write_kit

    try:
        for path in write_kit(name, folder):
            click.echo(path)
    except ProtocolError as error:
        click.echo(error.what, err=True)
        sys.exit(2)


@protocol.command()
@click.argument("name", metavar="NOM")
@click.option(
    "--format", "form", required=True, help="mermaid, svg, fhir, table-schema, json-schema ou pseudo-code."
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", help="Langue des textes.")
def export(name: str, form: str, lang: str) -> None:
    """Écrire un protocole sous une autre forme, sur la sortie standard."""
    from vigie.rules.export import NotExportable
    from vigie.systems.protocol.export import FORMS
    from vigie.systems.protocol.export import export as run

    if form not in FORMS:
        raise click.UsageError(f"Formes connues : {', '.join(FORMS)}.")
    try:
        click.echo(run(name, form, lang), nl=False)
    except (ProtocolError, NotExportable) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@protocol.command()
@click.option("--output", "folder", type=FOLDER, default="docs/protocols", help="Dossier à écrire.")
def pages(folder: str) -> None:
    """Écrire la page de documentation de chaque version."""
    from vigie.systems.protocol.page import write_pages

    for path in write_pages(Path(folder)):
        click.echo(path)
