"""What a Dockerfile says of its bases and its command, as far as it can be read without building it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

__all__ = ["BaseLine", "Dockerfile"]

_MAX_LINE = 4096


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A base that a Dockerfile names.

    Attributes:
        name: The name of the image.
        line: The number of the line.
    """

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile.

    Attributes:
        bases: The images that it is built on, without its own stages and what variables name.
        command: The last command in the form of a list; None if there is none.
    """

    bases: tuple[BaseLine, ...]
    command: tuple[str, ...] | None

    @classmethod
    def parse(cls, text: str) -> Dockerfile:
        """Parse the text of a Dockerfile."""
        bases, stages = [], {"scratch"}
        command: tuple[str, ...] | None = None
        for number, line in enumerate(text.splitlines(), 1):
            words = line[:_MAX_LINE].split()
            if not words:
                continue
            if words[0].upper() == "FROM":
                names = [word for word in words[1:] if not word.startswith("--")]
                if names and names[0].lower() not in stages and "$" not in names[0]:
                    bases.append(BaseLine(names[0], number))
                if len(names) > 2 and names[1].upper() == "AS":
                    stages.add(names[2].lower())
                command = None
            elif words[0].upper() == "CMD":
                command = _parse_command(line.strip()[3:].strip())
        return cls(tuple(bases), command)


def _parse_command(text: str) -> tuple[str, ...] | None:
    if not re.match(r"\[", text):
        return None
    try:
        return tuple(map(str, json.loads(text)))
    except ValueError:
        return None
