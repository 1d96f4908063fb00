"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["AsJson", "Environment", "Yes"]

Environment = Annotated[
    str | None, typer.Option("--env", metavar="NAME", help="The environment, [tool.biot-plugin.env.NAME].")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
