"""Whether this machine lets a process have another root: tried out once, by a process that is started for nothing."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from pathlib import Path

from biot_emulator.interrupts import uninterrupted
from biot_emulator.sandbox.keeper.orders import Orders
from biot_emulator.sandbox.launch_command import KEEPER_COMMAND
from biot_emulator.sandbox.lifeline import Lifeline

__all__ = ["can_have_roots"]

_MOUNTED = ("dev", "proc", "tmp")
_SECONDS = 20


def can_have_roots() -> bool:
    """Whether a process can be shown an unpacked image as the root of all files."""
    return sys.platform == "linux" and uninterrupted(lambda: _rehearse(KEEPER_COMMAND))


@functools.cache
def _rehearse(keeper_command: tuple[str, ...]) -> bool:
    from biot_emulator.sandbox.keeper.supervision import CANNOT_START

    with tempfile.TemporaryDirectory(prefix="biot-root-") as folder:
        root = Path(folder).resolve()
        for name in _MOUNTED:
            (root / name).mkdir()
        # There is no such program: where it is looked for, the root is another.
        orders = Orders(["/nothing"], {}, "/", str(root), "", [], [], [], "", 2**30).encode()
        return _exit_code(keeper_command, orders) == CANNOT_START


def _exit_code(command: tuple[str, ...], orders: bytes) -> int | None:
    lifeline = Lifeline()
    try:
        keeper = subprocess.Popen(  # noqa: S603
            [*command, str(lifeline.far_end)],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lifeline.far_end,),
        )
        lifeline.hand_over(orders)
        try:
            return keeper.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            keeper.kill()
            return keeper.wait()
    except OSError:
        return None
    finally:
        lifeline.cut()
