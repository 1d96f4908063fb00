"""Writes what was measured into the documentation: `python -m benchmarks.page`, after `make bench`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.report import FOLDER
from benchmarks.page import pictures
from benchmarks.page.regions import rewrite

DOCUMENTS = ROOT / "docs"
PAGES = ("performance.md", "at-scale.md")


def report(name: str) -> Mapping[str, Any]:
    """The report of a benchmark, or of `all` of them by name."""
    if name == "all":
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
    path = FOLDER / f"{name}.json"
    if not path.exists():
        raise SystemExit(f"{path} is not there: run make bench first")
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def main() -> None:
    """Rewrites the pages, and draws the pictures."""
    for name in PAGES:
        path = DOCUMENTS / name
        path.write_text(rewrite(path.read_text(encoding="utf-8"), report), encoding="utf-8")
    pictures.main()


if __name__ == "__main__":
    main()
