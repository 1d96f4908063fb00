"""Measures the project against other tools in one run, and prints ratios: `make bench`.

Rivals are installed into an environment of their own, so that they cost the project nothing. Compare ratios, not times:
machines differ, and so do moments.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import targets

ROOT = Path(__file__).parents[1]
UV = ROOT / ".uv" / "bin" / "uv"
ENVIRONMENT = ROOT / ".cache" / "bench"
RIVALS = (
    "awslambdaric",
    "chalice",
    "fastapi",
    "mangum",
    "msgspec",
    "pydantic",
    "PyJWT[crypto]",
    "starlette",
    "urllib3",
)
MEASUREMENTS = ("cold_import", "dispatch", "models", "asgi", "verify")


def main() -> None:
    """Prepares the environment and runs every measurement in it."""
    python = ENVIRONMENT / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, ENVIRONMENT], check=True)
    install = [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    subprocess.run([*install, "--reinstall-package", "biot-plugin", "./framework", *RIVALS], cwd=ROOT, check=True)
    for name in MEASUREMENTS:
        subprocess.run([python, "-m", f"benchmarks.{name}"], cwd=ROOT, check=True)
    # What is a matter of this environment; rivals in packaging have one each.
    for name in ("cold_start", "local_invocation", "package", "emulator", "direct_calls", "burst", "costs"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=True)
    print("\nThe targets")
    targets.main()


if __name__ == "__main__":
    main()
