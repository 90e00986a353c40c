"""The `vigie` command. Each subcommand is imported when it is called, so that starting stays fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from vigie import __version__

# One line for each group of commands: its name, where it lives, what it is for.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "orientation": (
        "vigie.systems.orientation.cli:orientation",
        "L’algorithme d’orientation et ses fichiers.",
    ),
    "protocol": ("vigie.systems.protocol.cli:protocol", "Les protocoles : questions, règles, versions."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from COMMANDS alone: help imports nothing."""
        with formatter.section("Commandes"):
            formatter.write_dl([(name, summary) for name, (_, summary) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vigie")
def cli() -> None:
    """Vigie : les services numériques d’une crise sanitaire."""


def main() -> None:
    """The entry point."""
    cli()
