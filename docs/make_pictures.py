"""Draw the pictures of the documentation again: the report of the shipped sample, as a browser shows it.

Needs Chromium, which only this asks for (on Debian: apt-get install chromium).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Relative, so that the report shows no path of this machine.
SAMPLE = "src/vigie/systems/orientation/samples/orientation-1000.csv"
PICTURE = ROOT / "docs" / "images" / "report.png"
SIZE = "1280,960"
HEAVIEST = 300_000  # bytes

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # the page is ours, and the sandbox does not start as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--blink-settings=preferredColorScheme=1",  # light, whatever this desktop prefers
)


def main() -> None:
    """Write the picture; SystemExit says why when it cannot be."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"No browser: install one of {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as temporary:
        page = Path(temporary, "report.html")
        make_report(page)
        take_picture(browser, page, Path(temporary, "profile"))
    size = PICTURE.stat().st_size
    if size > HEAVIEST:
        raise SystemExit(f"{PICTURE.name} weighs {size} bytes, more than {HEAVIEST}.")
    print(f"{PICTURE.relative_to(ROOT)}: {size} bytes")


def make_report(page: Path) -> None:
    """The report of the sample, whose planted faults make the check end with code 1."""
    command = [sys.executable, "-m", "vigie", "orientation", "check", SAMPLE, "--report", str(page)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode != 1:
        raise SystemExit(f"The check ended with code {done.returncode}; 1 was expected.")


def take_picture(browser: str, page: Path, profile: Path) -> None:
    """The first screen of the page, in a profile of its own."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.unlink(missing_ok=True)
    command = [
        browser,
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--window-size={SIZE}",
        f"--screenshot={PICTURE}",
        page.as_uri(),
    ]
    subprocess.run(command, stderr=subprocess.DEVNULL, check=True, timeout=120)  # noqa: S603
    if not PICTURE.exists():
        raise SystemExit("The browser took no picture.")


if __name__ == "__main__":
    main()
