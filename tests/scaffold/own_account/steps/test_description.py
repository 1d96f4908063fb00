"""What a published version says of itself."""

from __future__ import annotations

from hypothesis import given, strategies as st

from biot_plugin_cli.own_account.steps.description import Description

HASH, COMMIT = "ab" * 32, "cd" * 20
#: What Lambda allows.
LONGEST = 256


def test_it_is_read_as_it_was_written() -> None:
    for description in (
        Description(HASH),
        Description(HASH, f"{COMMIT}+changes"),
        Description(HASH, "cd" * 32 + "+changes", "32767", "32767"),
        Description(HASH, None, None, "3"),
    ):
        text = str(description)
        assert Description.parse(text) == description
        assert len(text) <= LONGEST


@given(st.text(max_size=300))
def test_what_somebody_else_has_written_is_no_number(text: str) -> None:
    description = Description.parse(text)
    for number in (description.code_of, description.after):
        assert number is None or number.isdecimal()
    assert Description.parse(f"content {HASH}").content_hash == HASH
