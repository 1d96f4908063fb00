"""The question whether a plugin's lock file is up to date, put to uv before it matters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.uv.freshness import Verdict, ask, asked_meanwhile
from biot_plugin_cli.uv.program import installed
from biot_plugin_cli.uv.workspace import Workspace

__all__ = ["is_lock_fresh", "lock_checked_meanwhile"]

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
                stack.enter_context(asked_meanwhile(uv, root, _python(runtime)))
        yield


def is_lock_fresh(root: Path, runtime: str) -> bool:
    """Whether uv says, without a network, that a plugin's uv.lock is up to date; not where there is no uv.

    Args:
        root: The plugin's folder.
        runtime: Its runtime.

    Raises:
        OperationFailed: The settings of the user cannot be read.
    """
    uv = next(installed(root), None)
    return uv is not None and ask(uv, root, _python(runtime), offline=True).verdict is Verdict.FRESH


def _python(runtime: str) -> Path:
    return find_interpreter(runtime) or Path(sys.executable)
