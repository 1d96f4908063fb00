"""Records events: from where they happened into one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.record.emulator_events import Filter, read_exchanges
from biot_plugin_cli.record.event_recorder import Redactor
from biot_plugin_cli.record.log_parts import LoggedRecords
from biot_plugin_cli.record.report import Recorded
from biot_plugin_cli.recordings.entry import InvalidRecording, Recording
from biot_plugin_cli.recordings.writing import require_writable, write_recordings
from biot_plugin_cli.terminal.console import err

__all__ = ["record_from_emulator", "record_from_logs"]


def record_from_emulator(url: str, filter: Filter, safe: Sequence[str], file: Path, *, overwrite: bool) -> Recorded:
    """Record invocations of a running emulator, with stand-ins for what identifies people.

    Args:
        url: Its address.
        filter: Which invocations.
        safe: What identifies nobody.
        file: The file of recordings.
        overwrite: Whether an existing file is replaced.

    Raises:
        CliError: The file cannot be written, the emulator does not show them, or there are none.
    """
    from biot_plugin_cli.invoke.forwarding import connect_as_administrator

    require_writable(file, overwrite=overwrite)
    redactor, recorded = Redactor(safe), Recorded(file)
    client = connect_as_administrator(url)
    if not redactor.read_code(Path.cwd()):
        err.print(
            "note: no plugin's code is here, so that names of members which it alone knows are replaced: run this "
            "in the plugin's folder, or name them with --safe"
        )

    def recordings() -> Iterator[Recording]:
        for id, exchange in read_exchanges(client, filter):
            recording = _recording(redactor, exchange)
            if isinstance(recording, str):
                recorded.skipped.append(f"The event of invocation {id} {recording}")
            else:
                yield recording

    return _written(recorded, recordings(), overwrite, f"There is nothing to record on {url}: call the plugin first")


def record_from_logs(files: Sequence[Path], file: Path, *, overwrite: bool) -> Recorded:
    """Record the events that plugins have written to exported logs, where what identifies people is replaced already.

    Args:
        files: The logs.
        file: The file of recordings.
        overwrite: Whether an existing file is replaced.

    Raises:
        CliError: The file cannot be written, a log cannot be read, or there are no records in them.
    """
    require_writable(file, overwrite=overwrite)
    logged, recorded = LoggedRecords(), Recorded(file)

    def recordings() -> Iterator[Recording]:
        yield from chain.from_iterable(map(logged.read, files))
        recorded.skipped += logged.broken
        if logged.incomplete:
            recorded.skipped.append(f"{logged.incomplete} records have parts that are in none of the files")

    names = ", ".join(map(str, files))
    reason = f"There are no records in {names}: turn them on with Plugin(record=...) or PLUGIN_RECORD=0.01"
    return _written(recorded, recordings(), overwrite, reason)


def _recording(redactor: Redactor, exchange: Mapping[str, Any] | str) -> Recording | str:
    """Return the recording, or why there is none."""
    if isinstance(exchange, str):
        return f"is not recorded: {exchange}"
    try:
        return redactor.recording(exchange)
    except InvalidRecording as error:
        return str(error)


def _written(recorded: Recorded, recordings: Iterator[Recording], overwrite: bool, nothing: str) -> Recorded:
    first = next(recordings, None)
    if first is None:
        raise OperationFailed(f"{recorded.skipped[0]}: nothing is written" if recorded.skipped else nothing)
    recorded.count = write_recordings(recorded.file, chain((first,), recordings), overwrite=overwrite)
    return recorded
