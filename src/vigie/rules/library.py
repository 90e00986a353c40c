"""The protocols that are shipped, and those of a directory: found and loaded by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from vigie.rules.errors import Mark, ProtocolError
from vigie.rules.loader import load
from vigie.rules.protocol import Protocol

SHIPPED = Path(__file__).parent.parent / "protocols"


def names(root: Path = SHIPPED) -> list[str]:
    """Every protocol under `root` as `name/version`, oldest first within a name."""
    return sorted(f"{p.parent.parent.name}/{p.parent.name}" for p in root.glob("*/*/protocol.yaml"))


def versions(name: str, root: Path = SHIPPED) -> list[str]:
    """The versions of one protocol, oldest first."""
    return sorted(p.parent.name for p in (root / name).glob("*/protocol.yaml"))


@cache
def get(full_name: str, root: Path = SHIPPED) -> Protocol:
    """The protocol called `name/version`. Raises ProtocolError, also when there is none."""
    path = root / full_name / "protocol.yaml"
    if full_name not in names(root):
        known = ", ".join(names(root))
        raise ProtocolError(Mark(full_name, 1, 1), f"no such protocol; the known ones are: {known}")
    protocol = load(path)
    if protocol.full_name != full_name:
        raise ProtocolError(Mark(str(path), 1, 1), f"the file says it is {protocol.full_name}")
    return protocol


def resolve(name: str) -> Protocol:
    """A shipped protocol by name, or the one in a file when `name` is the path of a YAML file.

    Raises ProtocolError.
    """
    return load(Path(name)) if name.endswith((".yaml", ".yml")) else get(name)
