"""Text that can be encoded as UTF-8."""

from __future__ import annotations

from typing import Any


def well_formed(text: str) -> str:
    """Join the surrogates of a pair into their character, and replace lone ones by U+FFFD.

    Lambda's runtime client ends the container where a reply cannot be encoded, and anyone can send a lone surrogate:
    JSON has an escape for it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def well_formed_json(value: Any) -> Any:
    """Copy JSON with all of its text well-formed, names too."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {
            well_formed(name) if isinstance(name, str) else name: well_formed_json(member)
            for name, member in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [well_formed_json(element) for element in value]
    return value
