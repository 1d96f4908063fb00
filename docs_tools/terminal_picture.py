"""A session of the tutorial as an animated SVG, without a font, a script or anything else from outside.

It has what the tutorial shows, which a test compares with what is printed, so it is the same until that
changes. It plays once and then stays; whoever prefers no motion sees its end at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from docs_tools.blocks import ROOT, TUTORIAL, read_blocks
from docs_tools.transcripts import Exchange, read_exchanges

__all__ = ["PICTURE", "TITLE", "draw_session", "tutorial_session"]

#: Where the documentation has the picture.
PICTURE = ROOT / "docs" / "pictures" / "terminal.svg"

#: What the picture is of.
TITLE = "A plugin is created, run with an event, deployed and rolled back, on a terminal"

# What the picture has of the tutorial: the first command that begins with each.
_COMMANDS = (
    "new-plugin",
    "biot-plugin invoke events/pre_request.json",
    "biot-plugin deploy",
    "biot-plugin rollback",
)
_COLUMNS = 102
_CHARACTER, _LINE, _MARGIN, _BAR = 8.43, 20, 16, 34
_TYPING, _PAUSE, _OUTPUT = 0.035, 0.9, 0.06
_FOREGROUND, _BACKGROUND = "#d9d9d9", "#1b1e23"
_GREEN, _RED, _GREY = "#8ccf7e", "#f28b82", "#8a9099"
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


def tutorial_session() -> list[Exchange]:
    """Return what the picture has of the tutorial."""
    blocks = [block for block in read_blocks(TUTORIAL) if block.language == "console" and block.title is None]
    exchanges = [exchange for block in blocks for exchange in read_exchanges(block.text)]
    return [next(exchange for exchange in exchanges if exchange.command.startswith(first)) for first in _COMMANDS]


def draw_session(session: Iterable[Exchange], title: str) -> str:
    """Draw a session; the same session is the same picture.

    Args:
        session: What is typed and printed, in order.
        title: What the picture is of, for those who do not see it.
    """
    lines, seconds = list[str](), 0.5
    for exchange in session:
        duration = len(exchange.command) * _TYPING
        lines.append(_command(exchange.command, len(lines), seconds, duration))
        seconds += duration + _PAUSE
        for output in filter(str.strip, exchange.lines):
            lines.append(_output(output, len(lines), seconds))
            seconds += _OUTPUT
        seconds += _PAUSE
    width, height = _COLUMNS * _CHARACTER + 2 * _MARGIN, len(lines) * _LINE + _BAR + _MARGIN
    head = _HEAD.format(width=width, height=height, title=escape(title), background=_BACKGROUND)
    return "\n".join([head.rstrip(), *lines, "</svg>", ""])


def _command(command: str, row: int, seconds: float, duration: float) -> str:
    style = f"animation-delay:{seconds:.2f}s;animation-duration:{duration:.2f}s"
    return _text(
        "c", style, row, f'<tspan fill="{_GREEN}">$</tspan> <tspan font-weight="bold">{escape(command)}</tspan>'
    )


def _output(line: str, row: int, seconds: float) -> str:
    shown = "…" if line.strip() == "..." else line
    shown = shown if len(shown) <= _COLUMNS else f"{shown[: _COLUMNS - 1]}…"
    colour = _colour(shown)
    span = escape(shown, quote=False)
    return _text(
        "o", f"animation-delay:{seconds:.2f}s", row, f'<tspan fill="{colour}">{span}</tspan>' if colour else span
    )


def _colour(line: str) -> str:
    if line == "…":
        return _GREY
    if line.startswith("+") or line.strip().startswith("added "):
        return _GREEN
    return _RED if line.startswith("-") else ""


def _text(kind: str, style: str, row: int, spans: str) -> str:
    place = f'x="{_MARGIN}" y="{_BAR + _LINE * row + 14}"'
    return f'<text class="{kind}" style="{style}" {place} fill="{_FOREGROUND}">{spans}</text>'
