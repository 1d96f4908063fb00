"""A console on which everything is visible, and nothing is markup."""

from __future__ import annotations

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.text import Text

from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["new_console"]


class _VisibleText(RenderHook):
    """Makes everything that is printed visible."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Replace texts by visible ones."""
        return [self._visible(item) if isinstance(item, Text) else item for item in renderables]

    def _visible(self, text: Text) -> Text:
        """Rebuild a text from its styled parts, as other characters have other positions."""
        line = text.copy()
        line.end = ""
        parts = [(visible(part.text), part.style or "") for part in line.render(self._console)]
        return Text.assemble(*parts, style=text.style, end=text.end, no_wrap=text.no_wrap, overflow=text.overflow)


def new_console(*, stderr: bool = False) -> Console:
    """Create such a console.

    Args:
        stderr: Whether it is standard error.
    """
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, stderr=stderr)
    console.push_render_hook(_VisibleText(console))
    return console
