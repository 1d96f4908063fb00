"""One recorded event: what a plugin received and replied, and what the platform answered it meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final, Self

__all__ = ["NO_REPLY", "VERSION", "InvalidRecording", "Recording", "recording_id"]

VERSION = 1
"""The version of the format."""

_ID_LENGTH = 16
_MAX_ID_LENGTH = 200


class _NoReply:
    """Stands for a reply that was not recorded, which is something else than the reply `null`."""

    def __repr__(self) -> str:
        return "NO_REPLY"


NO_REPLY: Final = _NoReply()
"""The reply of a recording that has none."""


class InvalidRecording(ValueError):
    """A document is no recording; the message is the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """An event that was recorded.

    Attributes:
        id: Identifies it; the same content has the same one.
        recorded_at: When it happened, with a time zone.
        event: The event in the platform's shape, with `SIGN_ME` in place of its tokens.
        answers: What the platform answered the plugin's calls, as a file of answers says it.
        reply: What the plugin replied; `NO_REPLY` if that was not recorded.
        duration_ms: How long it took; None if that was not recorded.
        plugin: The plugin's name and the hash of its content, as far as they are known.
        calls: The keys of `answers` in the order of the plugin's calls, each as often as it was called.
        claims: The claims of the caller's token, with stand-ins for ids.
    """

    id: str
    recorded_at: datetime
    event: Mapping[str, Any] = field(repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reply: Any = field(default=NO_REPLY, repr=False)
    duration_ms: float | None = None
    plugin: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = field(default=(), repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, document: Any) -> Self:
        """Read a recording from its document; members that are not known are ignored.

        Raises:
            InvalidRecording: It is none.
        """
        if not isinstance(document, dict):
            raise InvalidRecording("is no recording: it must be a JSON object")
        _require_version(document.get("version"))
        event, answers = _object(document, "event"), _object(document, "answers", {})
        recorded_at = _instant(document.get("recordedAt"))
        return cls(
            id=_id(document.get("id"), event, answers, recorded_at),
            recorded_at=recorded_at,
            event=event,
            answers=answers,
            reply=document.get("reply", NO_REPLY),
            duration_ms=_duration(document.get("durationMs")),
            plugin=_texts(_object(document, "plugin", {})),
            calls=tuple(call for call in _list(document, "calls") if isinstance(call, str)),
            claims=_object(document, "claims", {}),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The recording as a file has it."""
        optional = {
            "reply": self.reply,
            "durationMs": NO_REPLY if self.duration_ms is None else self.duration_ms,
            "plugin": dict(self.plugin) or NO_REPLY,
            "calls": list(self.calls) or NO_REPLY,
            "claims": dict(self.claims) or NO_REPLY,
        }
        return {
            "version": VERSION,
            "id": self.id,
            "recordedAt": _text_of(self.recorded_at),
            "event": self.event,
            "answers": self.answers,
            **{name: value for name, value in optional.items() if value is not NO_REPLY},
        }


def recording_id(event: Mapping[str, Any], answers: Mapping[str, Any], recorded_at: datetime) -> str:
    """Derive the id of a recording from its content, whatever the order of the members of its objects."""
    content = json.dumps([event, answers, _text_of(recorded_at)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_LENGTH]


def _require_version(version: Any) -> None:
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise InvalidRecording(f'is no recording: it needs "version": {VERSION}')
    if version > VERSION:
        raise InvalidRecording(f"has version {version} of the format: upgrade biot-plugin-cli, which knows {VERSION}")


def _object(document: Mapping[str, Any], name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
    value = document.get(name, default)
    if not isinstance(value, dict):
        raise InvalidRecording(f'has no valid "{name}": it must be a JSON object')
    return value


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name, [])
    if not isinstance(value, list):
        raise InvalidRecording(f'has no valid "{name}": it must be a list')
    return value


def _id(value: Any, event: Mapping[str, Any], answers: Mapping[str, Any], recorded_at: datetime) -> str:
    if value is None:
        return recording_id(event, answers, recorded_at)
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= _MAX_ID_LENGTH:
        raise InvalidRecording('has no valid "id": make it a short text, or leave it out')
    return value


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is not None:
            return instant.astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidRecording('has no valid "recordedAt": write an instant such as "2026-01-02T03:04:05.123Z"')


def _text_of(instant: datetime) -> str:
    utc = instant.astimezone(timezone.utc)
    precision = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=precision).replace("+00:00", "Z")


def _duration(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise InvalidRecording('has no valid "durationMs": make it a number of milliseconds, or leave it out')


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}
