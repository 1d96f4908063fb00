"""The question whether a plugin's lock file is up to date, put to uv before it matters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.uv.freshness import asked_meanwhile
from biot_plugin_cli.uv.program import installed
from biot_plugin_cli.uv.workspace import Workspace

__all__ = ["lock_checked_meanwhile"]

_UV_LOCK = "uv.lock"


@contextmanager
def lock_checked_meanwhile(root: Path, runtime: str) -> Iterator[None]:
    """Have uv check a plugin's lock file while this program loads the rest, within the context.

    What keeps it from that is found, and said, by `locked_distributions`.

    Args:
        root: The plugin's folder.
        runtime: Its runtime.
    """
    with ExitStack() as stack:
        with suppress(CliError, OSError):
            if (Workspace.find(root).root / _UV_LOCK).is_file() and (uv := next(installed(root), None)):
                python = find_interpreter(runtime) or Path(sys.executable)
                stack.enter_context(asked_meanwhile(uv, root, python))
        yield
