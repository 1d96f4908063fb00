"""When the variables were set that live on the platform alone, as a record among them says it.

The platform has no field for it. The record is a list of NAME=TIME, in UTC, the last one first, in `PLUGIN_SECRETS`.
Who has set a variable is not recorded: it would be a person's name in a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from biot_plugin_cli.manifest.environment_variables import SECRETS_VARIABLE

__all__ = ["now", "read_times", "write_times"]

_MAX_LENGTH = 4096
_ITEM = re.compile(r"(?P<name>\w{1,256})=(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\dZ)", re.ASCII)


def now() -> str:
    """Return the time in UTC, to the minute."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")


def read_times(variables: Mapping[str, Any]) -> dict[str, str]:
    """Read when variables were set, by name.

    Args:
        variables: All variables; the record is one of them, if there is one.
    """
    text = variables.get(SECRETS_VARIABLE)
    items = text[:_MAX_LENGTH].split(" ") if isinstance(text, str) else ()
    return {match["name"]: match["time"] for match in filter(None, map(_ITEM.fullmatch, items))}


def write_times(times: Mapping[str, str], changed: Mapping[str, str | None], names: Iterable[str]) -> str | None:
    """Return the record after a change; None for none.

    Args:
        times: The times before.
        changed: The variables that are set now, and those that are removed, with None.
        names: The names of all variables afterwards.
    """
    remaining = {*names}
    time = now()
    after = {
        **{name: time for name, text in changed.items() if text is not None},
        **{name: text for name, text in times.items() if name in remaining and name not in changed},
    }
    return " ".join(f"{name}={text}" for name, text in after.items()) or None
