"""Measuring whole processes and small functions; printing medians beside goals."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True)
class Run:
    """One process: elapsed seconds, CPU seconds, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def process(command: Sequence[str]) -> Run:
    """Run a command to its end; exit codes 0 and 1 (findings) are both a success."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        message = child.stderr.read().decode() if child.stderr else ""
        raise RuntimeError(f"{command} ended with {child.returncode}: {message}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alternately(commands: dict[str, Sequence[str]], rounds: int = ROUNDS) -> dict[str, Run]:
    """Medians of several commands run in turn, so that a slow moment of the machine touches all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(process(command))
    return {
        name: Run(
            statistics.median(r.wall for r in found),
            statistics.median(r.cpu for r in found),
            max(r.memory for r in found),
        )
        for name, found in runs.items()
    }


def rate(function: Callable[[], int], rounds: int = ROUNDS) -> float:
    """Median number of things done per second; `function` returns how many it did."""
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = function()
        rates.append(done / (time.perf_counter() - start))
    return statistics.median(rates)


def vigie(*arguments: str) -> list[str]:
    """The command line of `vigie` in this environment."""
    return [str(Path(sys.executable).with_name("vigie")), *arguments]


def line(what: str, figure: str, goal: str = "", met: bool | None = None) -> None:
    """Print one figure, with its goal."""
    verdict = {None: "", True: "  met", False: "  MISSED"}[met]
    print(f"  {what:<62} {figure:>16}" + (f"   goal {goal}{verdict}" if goal else ""), flush=True)
