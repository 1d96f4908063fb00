"""The file of a platform: read whole, or refused with one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.behaviour.errors import BehaviourInvalid
from biot_emulator.behaviour.file import read_behaviour
from biot_emulator.behaviour.settings import PlatformBehaviour

WHOLE = {
    "format": 1,
    "learnedFrom": "https://api.example.org",
    "learnedAt": "2026-01-01T00:00:00Z",
    "behaviour": {"interceptors": {"order": "descending"}},
    "observed": {"interceptors.order": "two probes"},
    "notObserved": {"limits.codeBytes": "not tried"},
}


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "platform.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return path


def test_a_file_says_how_the_platform_behaves(tmp_path: Path) -> None:
    assert read_behaviour(written(tmp_path, WHOLE)).interceptors.order == "descending"
    assert read_behaviour(written(tmp_path, {"format": 1, "behaviour": {}})) == PlatformBehaviour()
    # As some editors of Windows write it.
    with_mark = b"\xef\xbb\xbf" + json.dumps(WHOLE).encode()
    assert read_behaviour(written(tmp_path, with_mark)).interceptors.order == "descending"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"{", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b" " * (1024 * 1024 + 1), "it has more than 1048576 bytes"),
        ([], "it is no object"),
        ({**WHOLE, "settings": {}}, "it has the unknown key 'settings': it may have format, learnedFrom,"),
        ({**WHOLE, "format": 2}, "its format is not 1, the only one that this version reads"),
        ({**WHOLE, "format": True}, "its format is not 1"),
        ({"behaviour": {}}, "its format is not 1"),
        ({"format": 1}, "it has no behaviour"),
        ({**WHOLE, "learnedAt": 3}, "learnedAt is no text"),
        ({**WHOLE, "observed": []}, "observed is no object of texts"),
        ({**WHOLE, "observed": {"interceptors.order": 1}}, "observed is no object of texts"),
        ({**WHOLE, "notObserved": {"interceptors.up": ""}}, "notObserved has 'interceptors.up', which is no setting"),
        ({**WHOLE, "behaviour": {"interceptors": {"order": 1}}}, "behaviour.interceptors.order is 1, which is none of"),
    ],
)
def test_what_no_platform_can_do_is_refused(tmp_path: Path, document: Any, message: str) -> None:
    path = written(tmp_path, document)
    with pytest.raises(BehaviourInvalid, match=message) as refused:
        read_behaviour(path)
    assert str(refused.value).startswith(f"{path}: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BehaviourInvalid, match=r"nothing\.json: it cannot be read \(No such file or directory\)"):
        read_behaviour(tmp_path / "nothing.json")
    with pytest.raises(BehaviourInvalid, match="it cannot be read"):
        read_behaviour(tmp_path)
