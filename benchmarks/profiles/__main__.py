"""Shows where the time of the largest costs goes: `python -m benchmarks.profiles [PROFILE ...]`.

Beside each profile stands what the least is that it could take, where that can be measured. The figures are written to
`build/bench`, and drawn by `benchmarks.page.pictures`; one that is not named stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.commands.invocation import BIN, with_event
from benchmarks.measuring.report import Report
from benchmarks.plugins.ours import BARE
from benchmarks.profiles import direct_call
from benchmarks.profiles.stacks import Profile, sampled_processes

RUNS = 8


def invoke() -> Profile:
    """What `biot-plugin invoke` does, with all of its processes."""
    command = (str(BIN / "biot-plugin"), "invoke", "event.json")
    return sampled_processes("biot-plugin invoke", command, with_event("bare", BARE), runs=RUNS)


PROFILES: dict[str, Callable[[], Profile]] = {"direct call": direct_call.profile, "invoke": invoke}


def main() -> None:
    """Profiles, and writes what was seen."""
    report = Report("profiles")
    profiles = {}
    for title, profile in PROFILES.items():
        of = profile()
        profiles[title] = of.document()
        print(f"\n{title}: {1e3 * of.seconds:.2f} ms, {of.tree.samples} samples")
    report.keep("profiles", profiles)
    report.write()


if __name__ == "__main__":
    main()
