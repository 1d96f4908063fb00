"""Text of others as Python source: literals, docstrings and comments, of which nothing is hidden or breaks out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from textwrap import wrap

from biot_plugin_cli.terminal.plain_text import is_visible, one_sentence

__all__ = ["WIDTH", "comment", "docstring", "literal", "number"]

WIDTH = 120
"""How long a line may be."""
_LONGEST = 2000
# From here on, digits say no more than an exponent.
_LIMIT = 2**64


def literal(text: str) -> str:
    """Return the literal of a text; characters that cannot be seen are escaped."""
    escaped = "".join(map(_escaped, text))
    return f'"{escaped}"'


def number(value: float) -> str:
    """Return the literal of a number."""
    return str(int(value)) if value == int(value) and abs(value) < _LIMIT else repr(value)


def comment(text: str) -> str:
    """Return a text as one line of a comment."""
    return json.dumps(text)[1:-1]


def docstring(sentences: Iterable[str], indent: str = "") -> Iterator[str]:
    """Yield the lines of a docstring: the first sentence alone, then the others; none without sentences."""
    texts = [text for sentence in sentences if (text := _plain(sentence))]
    if not texts:
        return
    width = WIDTH - len(indent)
    first, *others = _lines(texts[0], width - 6)
    rest = [*others, *(line for text in texts[1:] for line in _lines(text, width))]
    if not rest:
        yield f'{indent}"""{first}"""'
        return
    yield f'{indent}"""{first}'
    yield ""
    yield from (f"{indent}{line}" for line in rest)
    yield f'{indent}"""'


def _lines(text: str, width: int) -> list[str]:
    """Return the lines of a text; escaped afterwards, since a line that ends within an escape has another meaning."""
    return [line.replace("\\", "\\\\") for line in wrap(text, width, break_on_hyphens=False)]


def _plain(text: str) -> str:
    """Return a text of several lines as one that a docstring can have."""
    sentence = one_sentence(text[:_LONGEST])
    sentence = sentence.replace('"', "'") if '""' in sentence or sentence.endswith('"') else sentence
    return sentence.strip()


def _escaped(letter: str) -> str:
    if letter in '\\"':
        return f"\\{letter}"
    if is_visible(letter):
        return letter
    return letter.encode("unicode_escape").decode()
