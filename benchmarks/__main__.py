"""`make bench`: every measure, in one run."""

from __future__ import annotations

from benchmarks import checker, rules

if __name__ == "__main__":
    checker.main()
    rules.main()
