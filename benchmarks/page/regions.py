"""Writes figures between the lines of a page that name them.

A page has a line that names a report of `build/bench` and the titles of its tables, and what stands from there to the
line of its end is written anew:

    <!-- figures of dispatch: 1 KB, untouched | 100 KB, untouched -->
    <!-- end of figures -->

Tables that are named together become one, with a column for each. `ratios` in place of titles lists the targets, and of
the report `all`, `versions` lists what was compared. The title of a profile lists the functions that take most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.page.special_tables import SPECIAL, profile_table
from benchmarks.page.tables import tables

__all__ = ["rewrite"]

_REGION = re.compile(r"(<!-- figures of (\w+): (.+?) -->\n)(.*?)(<!-- end of figures -->)", re.DOTALL)


def rewrite(page: str, report: Callable[[str], Mapping[str, Any]]) -> str:
    """Write all figures of a page anew.

    Args:
        page: The page.
        report: What returns a report by its name, as its JSON has it.
    """

    def replaced(region: re.Match[str]) -> str:
        lines = _lines(report(region[2]), region[3])
        return region[1] + "\n" + "\n".join(lines) + "\n\n" + region[5]

    return _REGION.sub(replaced, page)


def _lines(report: Mapping[str, Any], titles: str) -> Iterator[str]:
    if titles in SPECIAL:
        return SPECIAL[titles](report)
    if titles in report.get("profiles", ()):
        return profile_table(report["profiles"][titles])
    return tables(report, titles.split(" | "))
