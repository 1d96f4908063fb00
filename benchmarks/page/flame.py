"""Draws a profile as a flame picture: each function as wide as its part of the time, below the one that called it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["draw_profile"]

WIDTH, ROW, TOP, MARGIN, DEPTH = 1100, 22, 46, 10, 16
#: Pixels that a letter takes, and below which a function has no room for its name.
LETTER, NAMED = 6.7, 40
STYLE = """
text { font: 11px ui-monospace, monospace; fill: #10202a } .title { font: 600 16px system-ui, sans-serif }
.note { font: 12px system-ui, sans-serif; fill: #4b6270 } .ground { fill: #ffffff; stroke: #d5dfe4 }
.box { stroke: #ffffff; fill: #cfdae0 } .ours { fill: #8fd0c8 } .plugin { fill: #f3c48b }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6f9 } .ground { fill: #14212a; stroke: #2d404c } .note { fill: #a9bcc6 }
.box { stroke: #14212a; fill: #41545f } .ours { fill: #00695f } .plugin { fill: #8a5200 } }
"""


def draw_profile(title: str, seconds: float, tree: Mapping[str, Any], note: str) -> str:
    """Draw a profile as SVG.

    Args:
        title: The title of the picture.
        seconds: How long all of it takes.
        tree: The outermost function: `name`, `samples` and `children`.
        note: What the picture says below.
    """
    whole = tree["samples"]
    boxes = list(_boxes(tree, MARGIN, 0, (WIDTH - 2 * MARGIN) / whole))
    height = TOP + ROW * (1 + max(depth for _, _, depth, _ in boxes)) + 30
    text = "; ".join(f"{name(node)} {part(node, whole)}" for node, _, depth, _ in boxes if depth <= 3)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(text)}</desc><style>{STYLE}</style>',
        f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="{MARGIN}" y="28">{escape(title)}: {1e3 * seconds:.3g} ms</text>',
        *(_drawn(node, x, depth, width, whole) for node, x, depth, width in boxes),
        f'<text class="note" x="{MARGIN}" y="{height - 10}">{escape(note)}</text></svg>',
    ]
    return "\n".join(lines) + "\n"


def name(node: Mapping[str, Any]) -> str:
    """The function and its module, without the folders of the machine."""
    function, _, file = node["name"].partition(", ")
    module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return module if function == "<module>" else f"{function} {module.rpartition('.')[2]}".strip()


def part(node: Mapping[str, Any], whole: int) -> str:
    """The part of the time."""
    return f"{node['samples'] / whole:.0%}"


def _boxes(
    node: Mapping[str, Any], x: float, depth: int, unit: float
) -> Iterator[tuple[Mapping[str, Any], float, int, float]]:
    yield node, x, depth, node["samples"] * unit
    if depth < DEPTH:
        for child in node["children"]:
            yield from _boxes(child, x, depth + 1, unit)
            x += child["samples"] * unit


def _drawn(node: Mapping[str, Any], x: float, depth: int, width: float, whole: int) -> str:
    y, label = TOP + ROW * depth, f"{name(node)} {part(node, whole)}"
    kind = "box ours" if "biot_" in node["name"] else "box plugin" if "awslambdaric" in node["name"] else "box"
    box = (
        f'<g><title>{escape(label)}</title><rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" '
        f'height="{ROW - 1}" rx="2"/>'
    )
    if width >= NAMED:
        box += f'<text x="{x + 4:.1f}" y="{y + 15}">{escape(label[: int((width - 6) / LETTER)])}</text>'
    return box + "</g>"
