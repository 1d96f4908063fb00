"""Sets aside the coverage data that cannot be read, so that it costs nothing but itself.

Of a process that is killed while it writes its data, half a file remains. `coverage combine` warns of some such files,
and gives up at others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from coverage import CoverageData

UNREADABLE = "unreadable"


def set_aside(files: Iterable[Path]) -> list[Path]:
    """Move the files that cannot be combined into a folder beside them; return those."""
    broken = [file for file in files if not _can_be_combined(file)]
    for file in broken:
        folder = file.parent / UNREADABLE
        folder.mkdir(exist_ok=True)
        file.rename(folder / file.name)
    return broken


def _can_be_combined(file: Path) -> bool:
    data = CoverageData(str(file), read_only=True)
    try:
        CoverageData(no_disk=True).update(data)
    except Exception:  # Half a database fails in many ways.
        return False
    finally:
        data.close()
    return True


def main(folder: Path) -> None:
    """Set aside what cannot be read in a folder, and say so."""
    files = sorted(folder.glob("data.*"))
    broken = set_aside(files)
    if broken:
        sys.stderr.write(
            f"{len(broken)} of {len(files)} data files cannot be read and do not count: their processes were killed "
            f"while they wrote them. They are in {folder / UNREADABLE}\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
