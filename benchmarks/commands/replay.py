"""Measures `biot-plugin replay`: a new plugin with one change, and recorded events of three kinds.

.venv/bin/python -m benchmarks.commands.replay [EVENTS ...]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring.report import Report
from biot_plugin.testing import events
from biot_plugin_cli.replay.examination import default_jobs

PROGRAMS = Path(sys.executable).parent
HOOKS = ("pre-request", "post-request", "notification")
PATIENT = "0dc25ad9-a281-4c17-852c-f3e6bf3fbf12"


def main() -> None:
    """Print how long each number of events takes, with the events that run beside each other."""
    counts = [int(text) for text in sys.argv[1:]] or [200, 2000]
    with tempfile.TemporaryDirectory(prefix="biot-replay-") as folder:
        root = make_plugin(Path(folder) / "plugin")
        replay(root, write_events(root, 10), 1)  # the dependencies are cached from now on
        rows = {}
        for count in counts:
            file = write_events(root, count)
            for jobs in sorted({1, default_jobs()}):
                rows[f"{count} events, {jobs} at once"] = columns(count, *replay(root, file, jobs))
    report = Report("replay")
    report.add_figures("Replayed", rows)
    report.write()


def make_plugin(root: Path) -> Path:
    """Make a plugin, commit it, and change it."""
    options = [option for hook in HOOKS for option in ("--hook", hook)]
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(PROGRAMS / "new-plugin"), str(root), *options, "--runtime", runtime, "--defaults"]
    subprocess.run(command, check=True, capture_output=True)
    root.joinpath(".venv").symlink_to(sys.prefix)
    module = root / "hooks" / "pre_request.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("number.strip()", "number.strip().upper()"), encoding="utf-8")
    return root


def write_events(root: Path, count: int) -> Path:
    """Write recordings."""
    file = root / "benchmark.recording.jsonl"
    file.write_text("".join(f"{json.dumps(document)}\n" for document in recordings(count)), encoding="utf-8")
    return file


def recordings(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        body = {"_name": {"firstName": "Ada"}, "_dateOfBirth": "1985-03-04", "mrn": f" k-{number} ", "notes": "x" * 500}
        session = {
            "_id": f"s-{number}",
            "_state": "DONE",
            "_patient": {"id": PATIENT},
            "_endTime": "2026-03-04T05:00:00Z",
        }
        made = (
            lambda body=body: events.pre_request("POST/organization/v1/users/patients", body=body),
            lambda body=body: events.post_request("POST/organization/v1/users/patients", body=body),
            lambda session=session: events.notification("usage-session", "_update", entity=session, old_entity=session),
        )[number % len(HOOKS)]()
        path = f"PATCH /organization/v1/users/patients/{PATIENT}"
        yield {
            "version": 1,
            "id": f"e-{number}",
            "recordedAt": "2026-03-04T05:06:07.890Z",
            "event": made,
            "answers": {path: [{"answer": {"_id": PATIENT}}]} if number % len(HOOKS) == 2 else {},
        }


def replay(root: Path, file: Path, jobs: int) -> tuple[float, dict[str, Any]]:
    """Run the command; return its seconds and what it found."""
    command = [str(PROGRAMS / "biot-plugin"), "replay", str(file), "--against", "HEAD", "--json", "--jobs", str(jobs)]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1) or '"events"' not in done.stdout:
        raise SystemExit(done.stderr)
    return seconds, json.loads(done.stdout)


def columns(count: int, seconds: float, document: dict[str, Any]) -> dict[str, str]:
    """What is shown of a replay."""
    measures, took = document["measures"], document["seconds"]
    old, new = (f"{measures[side]['p50Ms']:.1f}, {measures[side]['p99Ms']:.1f} ms" for side in ("old", "new"))
    return {
        "the command": f"{seconds:.1f} s",
        "the replay": f"{took:.1f} s",
        "an event": f"{took * 1000 / count:.2f} ms",
        "p50, p99 before": old,
        "p50, p99 after": new,
    }


if __name__ == "__main__":
    main()
