"""`vigie protocol`: the protocols that are known, and what each one says."""

from __future__ import annotations

import sys

import click

from vigie.rules import library, texts
from vigie.rules.errors import ProtocolError


@click.group()
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
