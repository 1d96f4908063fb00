"""Measures the project against other tools in one run, and prints ratios: `make bench`.

Rivals are installed into environments of their own, so that they cost the project nothing. Compare ratios, not times:
machines differ, and so do moments. A benchmark that fails does not stop the others; the run has failed then.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measuring.environments import ROOT, environment
from benchmarks.measuring.report import Report
from benchmarks.page import targets

RIVALS = (
    "awslambdaric",
    "chalice",
    "fastapi",
    "functions-framework",
    "mangum",
    "msgspec",
    "pydantic",
    "PyJWT[crypto]",
    "python-jose[cryptography]",
    "requests",
    "starlette",
    "urllib3",
)
#: What imports rivals, in an environment with all of them.
BESIDE_RIVALS = ("cold_start.imports", "events.dispatch", "events.models", "events.asgi", "events.verify")
#: What starts rivals, which have an environment each, or has none.
OTHERS = (
    ("cold_start",),
    ("commands.invocation",),
    ("commands.development",),
    ("packages.zips",),
    ("emulator",),
    ("emulator.direct_calls",),
    ("scale.burst",),
    ("scale.costs",),
    ("growth", "100000"),
    ("events.recording",),
    ("commands.replay", "200"),
    ("profiles",),
)


def main() -> None:
    """Prepares the environment, and runs every benchmark."""
    begin = time.monotonic()
    rivals = environment(ROOT / ".cache" / "bench", ROOT / "framework", *RIVALS) / "python"
    seconds = {"installing": time.monotonic() - begin}
    commands = [(rivals, name) for name in BESIDE_RIVALS] + [(Path(sys.executable), *words) for words in OTHERS]
    failed = []
    for python, name, *more in commands:
        begin = time.monotonic()
        done = subprocess.run([python, "-m", f"benchmarks.{name}", *more], cwd=ROOT, check=False)
        seconds[str(name)] = time.monotonic() - begin
        if done.returncode:
            failed.append(name)
    report = Report("run")
    whole = sum(seconds.values())
    rows = {name: {"seconds": f"{value:.0f}"} for name, value in seconds.items()}
    report.add_figures("The run", {**rows, "all": {"seconds": f"{whole:.0f}"}})
    report.write()
    print("\nThe targets")
    targets.main()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
