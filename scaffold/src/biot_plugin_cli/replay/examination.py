"""`biot-plugin replay`: events through older and present code."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.replay.acceptance import Acceptance
from biot_plugin_cli.replay.codes.choice import Versions
from biot_plugin_cli.replay.codes.pair import building_pair
from biot_plugin_cli.replay.result import Result, Summary
from biot_plugin_cli.replay.running.lane import Observations
from biot_plugin_cli.replay.running.parallel import run_lanes
from biot_plugin_cli.replay.sources import find_events
from biot_plugin_cli.terminal.console import err
from biot_plugin_cli.terminal.scratch import temporary_folder

__all__ = ["Options", "default_jobs", "replay_events"]

_PREFIX = "biot-plugin-replay-"
_MAX_JOBS = 8


@dataclass(frozen=True, slots=True)
class Options:
    """What to replay, and how.

    Attributes:
        events: Files and folders of events; none for the folder `events`.
        against: The older code; None for the last one that differs.
        jobs: How many events run beside each other.
        variables: Environment variables of both codes that take precedence over all others.
        strict: Whether a field counts by which the older code differs from itself.
    """

    events: Sequence[Path]
    against: str | None
    jobs: int
    variables: Mapping[str, str]
    strict: bool = False


def replay_events(plugin: Plugin, options: Options, acceptance: Acceptance, versions: Versions) -> Summary:
    """Run each event through both codes, and compare.

    Args:
        plugin: The plugin in its repository.
        options: What to replay, and how.
        acceptance: Which kinds of differences are accepted.
        versions: Lists the versions of the plugin at its target.

    Raises:
        CliError: An event is invalid, or a code cannot be built or imported.
    """
    files = find_events(plugin.root, options.events, datetime.now(timezone.utc))
    count = files.count()
    with temporary_folder(_PREFIX) as folder, building_pair(plugin, options.against, versions, folder) as pair:
        err.print(f"Replaying {count} event{'s' if count > 1 else ''} against {pair.old.what}{_because(pair.reason)}")
        if not pair.old.is_other(pair.new):
            err.print("note: its code and settings are the same as those of this folder")
        result, started = Result(), time.monotonic()
        with _progress(count) as advance:

            def observe(observations: Observations) -> None:
                result.add(observations)
                advance(result.events)

            run_lanes(pair, files.cases(), folder / "lanes", options.variables, min(options.jobs, count), observe)
        seconds = time.monotonic() - started
        return result.summary(pair, acceptance, strict=options.strict, seconds=seconds)


def default_jobs() -> int:
    """Return how many events run beside each other if the user does not say it: as many as there are processors."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, _MAX_JOBS)


def _because(reason: str) -> str:
    return f", {reason}" if reason else ""


@contextmanager
def _progress(count: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many events are done, on a terminal."""
    if not err.is_terminal:
        yield lambda _: None
        return
    with err.status(f"0 of {count} events") as status:
        yield lambda done: status.update(f"{done} of {count} events")
