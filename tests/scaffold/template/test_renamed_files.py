from __future__ import annotations

import pytest

from biot_plugin_cli.template.renamed_files import find_renamed

LINES = [f"line {number}\n".encode() for number in range(10)]
TEXT = b"".join(LINES)


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ({"b": TEXT}, "b"),
        ({"b": TEXT.replace(b"\n", b"\r\n")}, "b"),
        ({"b": b"".join(LINES[:6]) + b"mine\n" * 4}, "b"),
        ({"b": b"".join(LINES[:3]) + b"mine\n" * 7}, None),
        ({"b": b"".join(LINES[:8]), "c": TEXT}, "c"),
        ({"b": b""}, None),
        ({}, None),
    ],
)
def test_the_most_similar_file_is_the_renamed_one(added: dict[str, bytes], expected: str | None) -> None:
    assert find_renamed({"a": TEXT}, added).get("a") == expected


def test_a_file_has_one_former_name() -> None:
    assert find_renamed({"a": TEXT, "z": b"".join(LINES[1:])}, {"b": TEXT}) == {"a": "b"}
