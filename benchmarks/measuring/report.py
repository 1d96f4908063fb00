"""What a benchmark has measured: printed as tables, and written as JSON to `build/bench`."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.table import Times, show

FOLDER = ROOT / "build" / "bench"


class Report:
    """The results of one benchmark.

    Args:
        name: The benchmark's name, and that of its file.
        distributions: What is compared; their versions are named.
        others: The versions of what is in environments of its own.
    """

    def __init__(self, name: str, *distributions: str, others: Mapping[str, str] | None = None) -> None:
        self._name = name
        spec = sys.modules["__main__"].__spec__
        self._module = spec.name.removesuffix(".__main__") if spec else "__main__"
        versions = {each: version(each) for each in distributions}
        self._versions = {"python": platform.python_version(), **versions, **(others or {})}
        self._machine = f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}"
        self._date = date.today().isoformat()
        self._tables: list[dict[str, Any]] = []
        self._ratios: list[dict[str, Any]] = []
        self._more: dict[str, Any] = {}
        print(f"\n{name}: {', '.join(f'{each} {number}' for each, number in self._versions.items())}")

    def add(self, title: str, seconds: Mapping[str, Times], *, base: str, unit: str = "us") -> None:
        """Print and keep a table of times."""
        show(title, seconds, base=base, unit=unit)
        rows = {
            name: {
                "median": times,
                "ratio": times.over(seconds[base]),
                "least": times.least,
                "low": times.low,
                "high": times.high,
            }
            for name, times in seconds.items()
        }
        self._tables.append({"title": title, "base": base, "seconds": rows})

    def add_ratio(self, title: str, ratio: float, *, target: float | None) -> None:
        """Print and keep a ratio, and its target unless it stands beside another one that has it."""
        print(f"  -> {title}: {ratio:.2f}" + (f", at most {target} is the target" if target is not None else ""))
        self._ratios.append({"title": title, "ratio": ratio, "target": target})

    def add_figures(self, title: str, figures: Mapping[str, Mapping[str, float | str]]) -> None:
        """Print and keep figures that are no times, by name and by column."""
        print(f"\n{title}")
        for name, row in figures.items():
            print(f"  {name:<52} " + ", ".join(f"{column} {value}" for column, value in row.items()))
        self._tables.append({"title": title, "figures": {name: dict(row) for name, row in figures.items()}})

    def keep(self, name: str, value: Any) -> None:
        """Keep what is no table."""
        self._more[name] = value

    def write(self) -> None:
        """Write the file."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        content = {
            "module": self._module,
            "date": self._date,
            "machine": self._machine,
            "versions": self._versions,
            "tables": self._tables,
            "ratios": self._ratios,
            **self._more,
        }
        FOLDER.joinpath(f"{self._name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
