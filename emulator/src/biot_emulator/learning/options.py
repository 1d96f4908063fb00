"""The options of `biot-emulator learn`."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["RUNTIMES", "add_learn_options"]

RUNTIMES = ("python3.13", "python3.12", "python3.11", "python3.14")
"""The runtimes of the probes that are tried, in order."""

_OUTPUT = Path("platform.json")


def add_learn_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    runtime = f"the runtime of the probes (default: of {', '.join(RUNTIMES)})"
    output, adapt = "the file for serve --platform (default: %(default)s)", "observe ADAPT_ENTITY too: see the README"
    parser.add_argument("--base-url", required=True, metavar="URL", help="the environment's API, as https://HOST")
    parser.add_argument("-o", "--output", type=Path, default=_OUTPUT, metavar="FILE", help=output)
    parser.add_argument("--dry-run", action="store_true", help="make nothing, and only say what would be made")
    parser.add_argument("--yes", action="store_true", help="go on, and remove what earlier runs left, without asking")
    parser.add_argument("--adapt-entity", action="store_true", help=adapt)
    parser.add_argument("--runtime", metavar="NAME", help=runtime)
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates of authorities to trust, as PEM")
