from __future__ import annotations

import pytest

from biot_plugin.recording.safe_names import SafeNames


@pytest.mark.parametrize(
    ("entry", "names", "template", "safe"),
    [
        ("ward", ("body", "ward"), None, True),
        ("ward", ("body", "wards"), None, False),
        ("address.country", ("body", "address", "country"), None, True),
        ("address.country", ("body", "country"), None, False),
        ("cardio:ward", ("body", "ward"), "cardio", True),
        ("cardio:ward", ("body", "ward"), "neuro", False),
        ("cardio:ward", ("body", "ward"), None, False),
        ("/summary", ("body", "summary"), None, False),
    ],
)
def test_entries(entry: str, names: tuple[str, ...], template: str | None, safe: bool) -> None:
    assert SafeNames([entry]).contains(names, template) is safe


def test_words_in_paths() -> None:
    assert SafeNames(["/summary", "ward"]).words == {"summary"}


@pytest.mark.parametrize("entry", ["", "a b", "/", "/a/b", "a..b", ".a", "a:b:c"])
def test_what_lists_nothing_is_refused_with_what_to_write(entry: str) -> None:
    with pytest.raises(ValueError, match=r"lists nothing that could be safe: write a name such as 'ward'"):
        SafeNames([entry])
