"""A session on a terminal as an animated SVG, without a font, a script or anything else from outside.

It plays once and then stays; whoever prefers no motion sees its end at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from rich.color import Color
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

__all__ = ["Typed", "draw_session"]

_COLUMNS = 96
_CHARACTER, _LINE, _MARGIN, _BAR = 8.43, 20, 16, 34
_TYPING, _PAUSE, _OUTPUT = 0.035, 0.9, 0.06
_FOREGROUND, _BACKGROUND = "#d9d9d9", "#1b1e23"
_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-labelledby="t">
<title id="t">{title}</title>
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre; }}
.o {{ animation: show 1ms linear both; }}
.c {{ animation: type 1s linear both; }}
@keyframes show {{ from {{ opacity: 0 }} to {{ opacity: 1 }} }}
@keyframes type {{ from {{ clip-path: inset(0 100% 0 0) }} to {{ clip-path: inset(0 0 0 0) }} }}
@media (prefers-reduced-motion: reduce) {{ .o, .c {{ animation: none; }} }}
</style>
<rect width="100%" height="100%" rx="8" fill="{background}"/>
<g fill="#4b5058"><circle cx="20" cy="17" r="6"/><circle cx="40" cy="17" r="6"/><circle cx="60" cy="17" r="6"/></g>
"""


class Typed(NamedTuple):
    """A command, and what it printed.

    Attributes:
        command: What somebody types.
        output: The lines that follow, which may have the colours of a terminal.
    """

    command: str
    output: Sequence[str]


def draw_session(session: Iterable[Typed], title: str) -> str:
    """Draw a session; the same session is the same picture.

    Args:
        session: What is typed and printed, in order.
        title: What the picture is of, for those who do not see it.
    """
    lines, seconds = list[str](), 0.5
    for typed in session:
        duration = len(typed.command) * _TYPING
        lines.append(_command(typed.command, len(lines), seconds, duration))
        seconds += duration + _PAUSE
        for output in typed.output:
            lines.append(_output(output, len(lines), seconds))
            seconds += _OUTPUT
        seconds += _PAUSE
    width, height = _COLUMNS * _CHARACTER + 2 * _MARGIN, len(lines) * _LINE + _BAR + _MARGIN
    head = _HEAD.format(width=width, height=height, title=escape(title), background=_BACKGROUND)
    return "\n".join([head.rstrip(), *lines, "</svg>", ""])


def _command(command: str, row: int, seconds: float, duration: float) -> str:
    style = f"animation-delay:{seconds:.2f}s;animation-duration:{duration:.2f}s"
    return _text("c", style, row, _span("$ ", Style(color="green")) + _span(command, Style(bold=True)))


def _output(line: str, row: int, seconds: float) -> str:
    text = Text.from_ansi(line)
    text.truncate(_COLUMNS, overflow="ellipsis")
    spans = [_span(part.plain, part.get_style_at_offset(_CONSOLE, 0)) for part in _parts(text)]
    return _text("o", f"animation-delay:{seconds:.2f}s", row, "".join(spans))


def _parts(text: Text) -> Iterable[Text]:
    edges = sorted({0, len(text), *(edge for span in text.spans for edge in (span.start, span.end))})
    return [part for part in text.divide(edges[1:-1]) if part.plain]


def _text(kind: str, style: str, row: int, spans: str) -> str:
    return f'<text class="{kind}" style="{style}" x="{_MARGIN}" y="{_BAR + _LINE * row + 14}" fill="{_FOREGROUND}">{spans}</text>'


def _span(text: str, style: Style) -> str:
    attributes = [
        f' fill="{_hex(style.color)}"' if style.color and not style.color.is_default else "",
        ' font-weight="bold"' if style.bold else "",
        ' opacity=".6"' if style.dim else "",
    ]
    return f"<tspan{''.join(attributes)}>{escape(text, quote=False)}</tspan>" if any(attributes) else escape(text, quote=False)


def _hex(color: Color) -> str:
    return color.get_truecolor(MONOKAI).hex
