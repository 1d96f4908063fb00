from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.invoke.event_file import read_event

one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@one_folder
@given(st.binary() | st.text("[]{}:, 0").map(str.encode))
def test_any_bytes_are_an_event_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(content)
    try:
        assert isinstance(read_event(file), dict)
    except UsageError as error:
        assert str(error).startswith(str(file))


@one_folder
@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers()), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_events_are_read_as_they_are(tmp_path: Path, event: dict[str, Any], encoding: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event), encoding=encoding)
    assert read_event(file) == event
