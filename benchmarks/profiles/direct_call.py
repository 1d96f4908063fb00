"""What the emulator does in a warm direct call, while it has the interpreter.

What its threads wait for one another is nobody's work, and is left out.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.emulator.direct_calls import OUR_NAME, emulator
from benchmarks.emulator.load import calling, processor_time
from benchmarks.measuring.report import Report
from benchmarks.profiles.stacks import SILENT, Profile, merge, recording, stacks_of

__all__ = ["profile"]

SECONDS = 10


def profile(_report: Report) -> Profile:
    """Sample the emulator while one caller calls a plugin; the seconds are a call's, of the processor's time."""
    with emulator() as target, calling() as callers, tempfile.TemporaryDirectory() as folder:
        callers.load(target.request, 1, seconds=2.0)
        before = processor_time(target.process)
        count = len(callers.load(target.request, 1, seconds=4.0))
        seconds = (processor_time(target.process) - before) / count
        stacks = Path(folder, "stacks")
        options = ("--nonblocking", "--gil", "--rate", "500", "--duration", str(SECONDS), "--output", str(stacks))
        with subprocess.Popen(recording(*options, "--pid", str(target.process.pid)), **SILENT) as sampler:
            callers.load(target.request, 1, seconds=SECONDS + 1.0)
            sampler.wait()
        return Profile(seconds, merge(OUR_NAME, stacks_of(stacks)))
