"""What a caller may read of a validation library's messages: the kind of a problem, and never a value.

The messages of an author's own validators, and some of the libraries', quote the value that they refuse. So only those
that are known to be made of the model alone are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_MSGSPEC = re.compile(
    r"Expected `[^`]*`(?:, got `[^`]*`| (?:of length )?[<>=]* ?-?[\d.e+-]+(?:, got \d+)?|(?: that's)? a? ?multiple of "
    r"[\d.]+| with (?:a timezone component|no timezone component))?"
    r"|Object missing required field `[^`]*`"
    r"|Invalid (?:RFC3339 encoded (?:datetime|date|time)|ISO8601 duration|UUID|decimal string|base64 encoded string)"
)
_PYDANTIC = re.compile(
    r"missing|extra_forbidden|\w+_type|(?:int|float|bool|decimal|date|time|datetime|time_delta)_parsing"
    r"|(?:\w+_)?too_(?:short|long|small|big)|(?:greater|less)_than(?:_equal)?|multiple_of|int_from_float|finite_number"
    r"|literal_error|enum|string_pattern_mismatch|none_required|decimal_(?:max_digits|max_places|whole_digits)"
    r"|(?:date|datetime)_(?:past|future)|timezone_(?:naive|aware)"
)


_PLACE = re.compile(r" - at `(?P<end>\w+)?(?(end)` in `)\$(?P<path>[^`]*)`$")


def msgspec_problem(error: Exception) -> dict[str, str]:
    """Return the path and the message of an error of msgspec's, or its kind where the message may quote a value."""
    text = str(error)
    place = _PLACE.search(text)
    message = text[: place.start()] if place else text
    return {
        "path": place["path"].lstrip(".") if place else "",
        "message": message if _MSGSPEC.fullmatch(message) else "Invalid value",
    }


def pydantic_problem(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the path and the message of a problem that pydantic found, or its kind where it may quote a value."""
    kind = str(problem["type"])
    message = str(problem["msg"]) if _PYDANTIC.fullmatch(kind) else f"Invalid value ({kind})"
    return {"path": ".".join(map(str, problem["loc"])), "message": message}
