"""Comparison of environment markers by what they mean: uv rewrites them in the lock file."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet

__all__ = ["ALWAYS", "Condition", "parse_condition", "same_conditions", "same_python"]

_COMPARISON = re.compile(
    r'(?P<left>(?<![\w.])[\w.]+|"[^"]*") (?P<operator>not in|in|[<>=!~]+) (?P<right>[\w.]+|"[^"]*")'
)
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9})*")
_PYTHON = ("python_version", "python_full_version")
# The start and the end of what there is, so that a marker without a version is looked at too.
_PYTHON_BOUNDS = ("3.8.0", "3.99.0")
_ELSEWHERE = "elsewhere"
#: How many environments are tried; with more, as of a marker that compares many variables with many values, markers are
#: the same if their texts are.
_MAX_ENVIRONMENTS = 20_000
_RELATED = (
    (
        ("os_name", "sys_platform", "platform_system"),
        (("posix", "linux", "Linux"), ("posix", "darwin", "Darwin"), ("nt", "win32", "Windows")),
    ),
    (
        ("implementation_name", "platform_python_implementation"),
        (("cpython", "CPython"), ("pypy", "PyPy")),
    ),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a requirement applies: all of some markers hold, and none of others.

    Attributes:
        every: The markers that hold.
        none: The markers that do not hold.
    """

    every: tuple[Marker, ...] = ()
    none: tuple[Marker, ...] = ()

    def restrict(self, every: Iterable[Marker] = (), none: Iterable[Marker] = ()) -> Condition:
        """Return the condition with more markers."""
        return Condition((*self.every, *every), (*self.none, *none))

    def holds(self, environment: Mapping[str, str]) -> bool:
        """Whether it holds in an environment."""
        values = dict(environment)
        return all(marker.evaluate(values) for marker in self.every) and not any(
            marker.evaluate(values) for marker in self.none
        )


ALWAYS = Condition()
"""The condition of a requirement without a marker."""


def parse_condition(text: str | None) -> Condition:
    """Parse a marker; None or an empty text always holds.

    Raises:
        ValueError: The marker is not valid.
    """
    from packaging.markers import Marker

    return Condition((Marker(text),)) if text else ALWAYS


def same_conditions(first: Sequence[Condition], second: Sequence[Condition], python: SpecifierSet) -> bool:
    """Whether one of the first conditions holds wherever one of the second does, and nowhere else.

    Args:
        first: Alternatives; a condition without alternatives never holds.
        second: Alternatives.
        python: The Python versions that matter.
    """
    markers = [marker for condition in (*first, *second) for marker in (*condition.every, *condition.none)]
    choices = _choices(markers, python)
    if math.prod(map(len, choices)) > _MAX_ENVIRONMENTS:
        return _texts(first) == _texts(second)
    return all(
        any(condition.holds(environment) for condition in first)
        == any(condition.holds(environment) for condition in second)
        for environment in _environments(choices)
    )


def same_python(first: SpecifierSet, second: SpecifierSet) -> bool:
    """Whether two specifiers contain the same Python versions."""
    from packaging.specifiers import SpecifierSet

    versions = _python_versions([str(first), str(second)], SpecifierSet())
    return all(
        first.contains(version, prereleases=True) == second.contains(version, prereleases=True) for version in versions
    )


def _texts(conditions: Iterable[Condition]) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    return {(tuple(map(str, condition.every)), tuple(map(str, condition.none))) for condition in conditions}


def _environments(choices: Iterable[Iterable[dict[str, str]]]) -> Iterator[dict[str, str]]:
    for parts in itertools.product(*choices):
        yield {"extra": ""} | {name: value for part in parts for name, value in part.items()}


def _choices(markers: Iterable[Marker], python: SpecifierSet) -> list[list[dict[str, str]]]:
    """List the values that matter of each variable: with all combinations, the comparisons turn out in every way."""
    literals: dict[str, set[str]] = {}
    for marker in markers:
        for name, literal in _comparisons(str(marker)):
            literals.setdefault(name, set()).update({literal, *literal.split()})
    choices: list[list[dict[str, str]]] = [
        [
            {"python_version": ".".join(version.split(".")[:2]), "python_full_version": version}
            for version in _python_versions(set().union(*(literals.pop(name, set()) for name in _PYTHON)), python)
        ]
    ]
    for names, known in _RELATED:
        mentioned = {name: literals.pop(name) for name in names if name in literals}
        choices.append(list(_related(names, known, mentioned)) if mentioned else [{}])
    for name, values in literals.items():
        # No extra is the empty one.
        choices.append([{name: value} for value in sorted({*values, "" if name == "extra" else _ELSEWHERE})])
    return choices


def _related(
    names: tuple[str, ...], known: tuple[tuple[str, ...], ...], mentioned: Mapping[str, set[str]]
) -> Iterator[dict[str, str]]:
    """Yield the values that variables have together: uv simplifies markers by them."""
    yield from (dict(zip(names, values, strict=True)) for values in known)
    others = dict.fromkeys(names, _ELSEWHERE)
    yield others
    for name, values in mentioned.items():
        position = names.index(name)
        yield from ({**others, name: value} for value in values if value not in {row[position] for row in known})


def _comparisons(marker: str) -> Iterator[tuple[str, str]]:
    for match in _COMPARISON.finditer(marker):
        left, right = match["left"], match["right"]
        name, literal = (right, left) if left.startswith('"') else (left, right)
        yield name, literal.strip('"')


def _python_versions(literals: Iterable[str], python: SpecifierSet) -> list[str]:
    """List a version at, below and above each one that is compared with."""
    versions = set(_PYTHON_BOUNDS)
    for text in literals:
        for literal in _VERSION.findall(text):
            major, minor, micro = [*map(int, literal.split(".")), 0, 0][:3]
            versions |= {f"{major}.{minor}.{micro}", f"{major}.{minor}.{micro + 1}", f"{major}.{minor}.99"}
            versions |= {f"{major}.{max(minor - 1, 0)}.99", f"{major}.{minor + 1}.0"}
            versions |= {f"{major}.{minor}.{max(micro - 1, 0)}"}
    return sorted(version for version in versions if python.contains(version, prereleases=True)) or sorted(versions)
