"""Shows where the time of the largest costs goes: `python -m benchmarks.profiles`.

Beside a profile stands what the least is that it could take, where that can be measured. The figures are written to
`build/bench`, and drawn by `benchmarks.page.pictures`.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.commands.invocation import BIN, with_event
from benchmarks.measuring.report import Report
from benchmarks.plugins.ours import BARE
from benchmarks.profiles import cold_start, direct_call, imports, package, small_event
from benchmarks.profiles.stacks import Profile, sampled_processes

RUNS = 8


def invoke(_report: Report) -> Profile:
    """What `biot-plugin invoke` does, with all of its processes."""
    command = (str(BIN / "biot-plugin"), "invoke", "event.json")
    return sampled_processes("biot-plugin invoke", command, with_event("bare", BARE), runs=RUNS)


PROFILES: dict[str, Callable[[Report], Profile]] = {
    "import": imports.profile,
    "cold start": cold_start.profile,
    "1 KB event": small_event.profile,
    "package, one line": package.one_line,
    "package, nothing": package.unchanged,
    "direct call": direct_call.profile,
    "invoke": invoke,
}


def main() -> None:
    """Profiles, and writes what was seen."""
    report = Report("profiles", "aws-lambda-powertools", "typer")
    profiles = {}
    for title, profile in PROFILES.items():
        of = profile(report)
        profiles[title] = of.document()
        print(f"\n{title}: {1e3 * of.seconds:.2f} ms, {of.tree.samples} samples")
    report.keep("profiles", profiles)
    report.write()


if __name__ == "__main__":
    main()
