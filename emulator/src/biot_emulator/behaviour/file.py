"""The file that says how a platform behaves: the settings, and how each of them was observed.

{"format": 1, "learnedFrom": ..., "learnedAt": ..., "behaviour": {...}, "observed": {...}, "notObserved": {...}}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_emulator.behaviour.document import parse_behaviour, setting_names
from biot_emulator.behaviour.errors import BehaviourInvalid
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.wire_json import decode

__all__ = ["FORMAT", "read_behaviour"]

FORMAT = 1
"""The only format that there is so far."""

_MAX_BYTES = 1024 * 1024
_TEXTS = ("learnedFrom", "learnedAt")
_NOTES = ("observed", "notObserved")
_KEYS = ("format", *_TEXTS, "behaviour", *_NOTES)


def read_behaviour(path: Path) -> PlatformBehaviour:
    """Read how a platform behaves.

    Args:
        path: The file.

    Raises:
        BehaviourInvalid: It cannot be read, or says what no platform can do.
    """
    try:
        document = _decoded(path)
        _check(document)
        return parse_behaviour(document["behaviour"])
    except BehaviourInvalid as error:
        raise BehaviourInvalid(f"{path}: {error}") from None


def _decoded(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BehaviourInvalid(f"it cannot be read ({reason}): name what biot-emulator learn has written") from error
    if len(content) > _MAX_BYTES:
        raise BehaviourInvalid(f"it has more than {_MAX_BYTES} bytes: name what biot-emulator learn has written")
    try:
        return decode(content.decode("utf-8-sig"))
    except ValueError as error:
        raise BehaviourInvalid(f"it is not JSON ({error})") from None


def _check(document: Any) -> None:
    if not isinstance(document, dict):
        raise BehaviourInvalid('it is no object: write {"format": 1, "behaviour": {...}}')
    _check_keys(document)
    if type(document.get("format")) is not int or document["format"] != FORMAT:
        raise BehaviourInvalid(f"its format is not {FORMAT}, the only one that this version reads")
    if "behaviour" not in document:
        raise BehaviourInvalid("it has no behaviour, which holds the settings")
    for key in _TEXTS:
        if not isinstance(document.get(key, ""), str):
            raise BehaviourInvalid(f"{key} is no text")
    for key in _NOTES:
        _check_notes(document.get(key, {}), key)


def _check_keys(document: Mapping[str, Any]) -> None:
    for key in document:
        if key not in _KEYS:
            raise BehaviourInvalid(f"it has the unknown key {key!r:.40}: it may have {', '.join(_KEYS)}")


def _check_notes(notes: Any, key: str) -> None:
    if not isinstance(notes, Mapping) or not all(isinstance(note, str) for note in notes.values()):
        raise BehaviourInvalid(f"{key} is no object of texts")
    known = set(setting_names())
    for name in notes:
        if name not in known:
            raise BehaviourInvalid(f"{key} has {name!r:.60}, which is no setting")
