"""Where commands print: people read colours on a terminal, machines read one JSON document."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

__all__ = ["err", "out", "print_json"]

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def print_json(document: Any) -> None:
    """Print one JSON document, as `--json` promises.

    Args:
        document: Anything that `json.dumps` takes. Written in ASCII, so that no terminal's encoding can refuse it.
    """
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()
