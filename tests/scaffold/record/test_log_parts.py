"""Records in logs, whatever the logs were exported to."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from biot_plugin.recording.log_lines import log_lines
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.record import log_parts
from biot_plugin_cli.record.log_parts import LoggedRecords

RECORD = {"version": 1, "recordedAt": "2026-11-27T10:20:30.000Z", "event": {"mrn": "Xwz-482"}, "answers": {}}
LARGE = {**RECORD, "event": {"note": os.urandom(250_000).hex()}}
OTHER = "START RequestId: 5f0c7c1e-2f6d-4a53-9a43-0d4cb1d0a7aa Version: $LATEST"


def text(lines: Sequence[str]) -> str:
    return "\n".join((OTHER, *lines, "END"))


def tailed(lines: Sequence[str]) -> str:
    """As `aws logs tail`, and a download from the console."""
    return "\n".join(f"2026-11-27T10:20:30.123000+00:00 2026/11/27/[$LATEST]abc {line}" for line in (OTHER, *lines))


def filtered(lines: Sequence[str]) -> str:
    """As `aws logs filter-log-events`."""
    return json.dumps({"events": [{"timestamp": 1, "message": f"{line}\n"} for line in (OTHER, *lines)]}, indent=4)


def listed(lines: Sequence[str]) -> str:
    """As `biot-plugin logs --json`."""
    return json.dumps([{"eventId": str(number), "message": line} for number, line in enumerate(lines)])


def documents(lines: Sequence[str]) -> str:
    """As `biot-plugin logs --follow --json`, and Datadog."""
    return "\n".join(json.dumps({"message": json.dumps({"message": line})}) for line in lines)


def insights(lines: Sequence[str]) -> str:
    """As a query of CloudWatch Logs Insights."""
    return json.dumps({"results": [[{"field": "@message", "value": line}] for line in lines]})


def table(lines: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([("@timestamp", "@message"), *(("2026", line) for line in lines)])
    return stream.getvalue()


SHAPES = (text, tailed, filtered, listed, documents, insights, table)


@pytest.mark.parametrize("shape", SHAPES)
def test_records_are_found_in_every_shape(shape: Callable[[Sequence[str]], str], tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(shape([*log_lines(RECORD), *log_lines(LARGE)]), encoding="utf-8")
    logged = LoggedRecords()
    assert [recording.event for recording in logged.read(file)] == [RECORD["event"], LARGE["event"]]
    assert (logged.broken, logged.incomplete) == ([], 0)


def test_records_are_found_in_compressed_files(tmp_path: Path) -> None:
    content = text(log_lines(RECORD)).encode()
    (tmp_path / "log.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "log.zip", "w") as archive:
        archive.writestr("a/1.txt", content)
        archive.writestr("a/2.gz", gzip.compress(text(log_lines(LARGE)).encode()))
    assert len(list(LoggedRecords().read(tmp_path / "log.gz"))) == 1
    assert len(list(LoggedRecords().read(tmp_path / "log.zip"))) == 2


class Pipe(io.RawIOBase):
    """Standard input, of which a part comes after another."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def seekable(self) -> bool:
        return False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._content.read(min(len(buffer), 7919))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("zipped", [False, True])
def test_records_are_found_in_standard_input(monkeypatch: pytest.MonkeyPatch, zipped: bool) -> None:
    content = text([*log_lines(LARGE), *log_lines(RECORD)]).encode()
    if zipped:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("log", content)
        content = stream.getvalue()

    class Input:
        buffer = io.BufferedReader(Pipe(content))

    monkeypatch.setattr(sys, "stdin", Input)
    assert len(list(LoggedRecords().read(Path("-")))) == 2


def test_parts_may_be_in_several_files_in_any_order_and_more_than_once(tmp_path: Path) -> None:
    first, *others = log_lines(LARGE)
    (tmp_path / "1").write_text(text([*others, others[0]]))
    (tmp_path / "2").write_text(text([first, first, *others]))
    logged = LoggedRecords()
    assert list(logged.read(tmp_path / "1")) == []
    assert logged.incomplete == 1
    assert len(list(logged.read(tmp_path / "2"))) == 1
    assert logged.incomplete == 0


def test_what_was_changed_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    line = log_lines(RECORD)[0]
    changed = line[:-9] + ("A" if line[-9] != "A" else "B") + line[-8:]
    short = line.replace(":1:1:", ":3:2:")
    newer = line.replace("biot-recording:1:", "biot-recording:2:")
    (no_event,) = log_lines({"version": 1})
    id = line.split(":")[2]
    (tmp_path / "log").write_text(text([changed]))
    (tmp_path / "other").write_text(text([short, newer, no_event, line]))
    logged = LoggedRecords()
    assert list(logged.read(tmp_path / "log")) == []
    fresh = LoggedRecords()
    assert len(list(fresh.read(tmp_path / "other"))) == 1
    assert logged.broken == [f"Record {id} was changed since it was written"]
    assert fresh.broken[0] == f"Record {id} has version 2: upgrade biot-plugin-cli, which knows 1"
    assert 'has no valid "recordedAt"' in fresh.broken[1] or 'has no valid "event"' in fresh.broken[1]


def test_what_is_no_compressed_json_is_named(tmp_path: Path) -> None:
    from hashlib import sha256

    id = sha256(b"abc").hexdigest()[:16]
    (tmp_path / "log").write_text(f"biot-recording:1:{id}:1:1:YWJj\nbiot-recording:1:{id[::-1]}:1:1:Y\n")
    logged = LoggedRecords()
    assert list(logged.read(tmp_path / "log")) == []
    assert logged.broken == [f"Record {id} cannot be decoded", f"Record {id[::-1]} cannot be decoded"]


def test_a_record_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_parts, "_MAX_RECORD", 1000)
    (tmp_path / "log").write_text(text(log_lines({**RECORD, "event": {"note": "x" * 2000}})))
    logged = LoggedRecords()
    assert list(logged.read(tmp_path / "log")) == []
    assert "is too large" in logged.broken[0]


def test_of_parts_that_wait_for_others_without_end_the_oldest_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_parts, "_MAX_WAITING", 300)
    lines = [f"biot-recording:1:{number:016x}:1:2:{'A' * 100}" for number in range(5)]
    (tmp_path / "log").write_text(text(lines))
    logged = LoggedRecords()
    assert list(logged.read(tmp_path / "log")) == []
    assert (len(logged.broken), logged.incomplete) == (2, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        (b"PK\x03\x04 broken", "cannot be read: it is damaged"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-20], "cannot be read: it is damaged"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "log"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        list(LoggedRecords().read(file))
    with pytest.raises(UsageError, match="Is a directory"):
        list(LoggedRecords().read(tmp_path))


def test_a_file_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_parts, "_MAX_FILE", 100)
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"x" * 1000))
    with pytest.raises(UsageError, match="split it"):
        list(LoggedRecords().read(tmp_path / "log.gz"))


def test_logs_without_records() -> None:
    empty: Any = list(LoggedRecords().read(Path(os.devnull)))
    assert empty == []
