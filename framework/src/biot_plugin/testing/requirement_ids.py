"""The ids of the requirements that a test verifies: from its marker, or from its docstring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

__all__ = ["PROPERTY", "requirement_ids"]

PROPERTY = "requirement"
"""The name of the property that a test report has for each requirement, and of the marker."""

_HEADINGS = ("requirements:", "requirement:")


def requirement_ids(item: pytest.Item) -> list[str]:
    """List the requirements of a test, each once: those of its markers first, then those of the docstrings.

    Args:
        item: The test. What its class says, holds for each of its tests.

    Raises:
        pytest.UsageError: A marker has no id, or something else than ids.
    """
    return list(dict.fromkeys([*_marked(item), *_documented(item)]))


def _marked(item: pytest.Item) -> Iterator[str]:
    for mark in item.iter_markers(PROPERTY):
        are_ids = all(isinstance(value, str) and value.strip() for value in mark.args)
        if not mark.args or mark.kwargs or not are_ids:
            raise pytest.UsageError(
                f'{item.nodeid}: write the requirements that it verifies as @pytest.mark.requirement("REQ-1", "REQ-2")'
            )
        yield from (value.strip() for value in mark.args)


def _documented(item: pytest.Item) -> Iterator[str]:
    for part in (getattr(item, "obj", None), getattr(item, "cls", None)):
        yield from _listed((getattr(part, "__doc__", None) or "").splitlines())


def _listed(lines: Iterable[str]) -> Iterator[str]:
    """Read `Requirements: REQ-1, REQ-2`, or a section of that name with an id at the start of each line."""
    in_section = False
    for line in map(str.strip, lines):
        heading = next((heading for heading in _HEADINGS if line.lower().startswith(heading)), None)
        if heading:
            names = line[len(heading) :]
            in_section = not names.strip()
            yield from filter(None, (name.strip().rstrip(".") for name in names.split(",")))
        elif in_section and line:
            yield line.split()[0].rstrip(":,.")
        else:
            in_section = False
