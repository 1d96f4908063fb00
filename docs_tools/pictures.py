"""The pictures of the documentation, made where there is a browser, and the fonts of the emulator's page.

    python -m docs_tools.pictures build/site/pictures

replaces those of a site that was built. `python -m docs_tools.pictures docs/pictures` makes the committed ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from docs_tools.blocks import ROOT
from docs_tools.terminal_picture import PICTURE, TITLE, draw_session, tutorial_session

__all__ = ["COMMITTED", "lacking", "make_pictures"]

#: Where the repository has the pictures, which readers of its files see.
COMMITTED = PICTURE.parent

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FONTS = ("Inter", "JetBrains Mono")
_SCENARIO = "tests/emulator/page/scenarios"


def lacking() -> list[str]:
    """List what this machine lacks to make the pictures."""
    browser = [] if any(map(shutil.which, _BROWSERS)) else ["Chromium"]
    families = _font_families()
    return browser + [f"the font {font}" for font in _FONTS if font not in families]


def make_pictures(folder: Path) -> subprocess.CompletedProcess[str]:
    """Make all pictures: that of a terminal from the tutorial, those of the page in a real browser.

    Args:
        folder: The folder to write them into.

    Returns:
        How the browser's run has ended.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PICTURE.name).write_text(draw_session(tutorial_session(), TITLE), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", _SCENARIO, "-k", "pictures"]
    environment = {**os.environ, "PICTURES": str(folder.resolve())}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def _font_families() -> set[str]:
    program = shutil.which("fc-list")
    if program is None:
        return set()
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True, check=False).stdout
    return {family.strip() for line in listed.splitlines() for family in line.split(",")}


def _main(folder: Path) -> int:
    is_committed = folder.resolve() == COMMITTED
    if missing := lacking():
        used = "" if is_committed else ": the site has those of docs/pictures"
        print(f"No pictures were made, as this machine lacks {' and '.join(missing)}{used}")
        return int(is_committed)
    made = make_pictures(folder)
    if made.returncode:
        print(made.stdout + made.stderr, file=sys.stderr)
        return 1
    print(f"{len(list(folder.iterdir()))} pictures made")
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
