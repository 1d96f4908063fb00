"""The parts of what was logged: the platform's JSON lines, those of Lambda and powertools, and plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Message", "lines_of", "parse"]

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
# Lambda's runtime client writes a traceback with carriage returns and no-break spaces, so that it is one event.
_NO_BREAK_SPACE = "\u00a0"
_LEVELS = "TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL"
# What Python's logging writes in Lambda: level, time, request and message, between tabs.
_TABBED = re.compile(rf"\[({_LEVELS})\]\t[^\t\n]*Z\t[^\t\n]*\t(.*)", re.DOTALL)
_BRACKETED = re.compile(rf"\[({_LEVELS})\]\s+(.*)", re.DOTALL)

_TEXT_KEYS = ("message", "msg", "errorMessage", "type")
_LEVEL_KEYS = ("level", "log_level", "levelname", "severity")
_TRACE_KEYS = ("traceId", "trace_id")
_TRACEBACK_KEYS = ("exception", "stackTrace", "stack_trace", "exc_info", "traceback")
# What every line has, or what the time and the level say already.
_HIDDEN_KEYS = frozenset(
    ("@timestamp", "timestamp", "time", "level_value", "appName", "service", "requestId", "exception_name")
)
_MAX_DETAILS = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """What was logged.

    Attributes:
        text: The message; may have several lines.
        level: Its level in upper case; empty if it has none.
        trace: The id of the trace; None if the line does not say it.
        details: The lines of a traceback.
        fields: All other fields.
    """

    text: str
    level: str = ""
    trace: str | None = None
    details: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str) -> Message:
    """Parse what was logged at once.

    Args:
        text: A line of JSON, or any text.
    """
    document = _json_object(text)
    if document is not None and any(key in document for key in _TEXT_KEYS):
        return _parse_document(document)
    return _parse_text(text)


def _json_object(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _parse_document(document: Mapping[str, Any]) -> Message:
    text_key = next(key for key in _TEXT_KEYS if key in document)
    text = document[text_key]
    error_type = document.get("errorType")
    prefix = f"{error_type}: " if isinstance(error_type, str) and text_key == "errorMessage" else ""
    used = {text_key, *_LEVEL_KEYS, *_TRACE_KEYS, *_TRACEBACK_KEYS, *_HIDDEN_KEYS, *(["errorType"] if prefix else [])}
    return Message(
        text=prefix + (text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)),
        level=(_first_text(document, _LEVEL_KEYS) or ("ERROR" if prefix else "")).upper(),
        trace=_first_text(document, _TRACE_KEYS),
        details=tuple(_traceback_lines(document))[:_MAX_DETAILS],
        fields={key: value for key, value in document.items() if key not in used and value is not None},
    )


def _first_text(document: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((value for key in keys if isinstance(value := document.get(key), str) and value), None)


def _traceback_lines(document: Mapping[str, Any]) -> Iterator[str]:
    for key in _TRACEBACK_KEYS:
        value = document.get(key)
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, str):
                yield from lines_of(part.rstrip())
            elif part:
                yield json.dumps(part, ensure_ascii=False)


def _parse_text(text: str) -> Message:
    for pattern in (_TABBED, _BRACKETED):
        if match := pattern.match(text):
            first, *rest = lines_of(match[2].rstrip())
            return Message(first, match[1], details=tuple(rest[:_MAX_DETAILS]))
    first, *rest = lines_of(text.rstrip()) or [""]
    is_failure = any(mark in first for mark in ("Task timed out after ", "Error: Runtime exited"))
    level = "ERROR" if is_failure or first.startswith("Traceback (most recent call last)") else ""
    return Message(first.replace("\t", "  "), level, details=tuple(rest[:_MAX_DETAILS]))


def lines_of(text: str) -> list[str]:
    """Split a text where any of its lines ends."""
    return _LINE_ENDS.split(text.replace(_NO_BREAK_SPACE, " "))
