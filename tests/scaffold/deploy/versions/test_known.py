"""Which version a rollback returns to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from biot_plugin_cli.deploy.versions.known import KnownVersion, previous_version
from biot_plugin_cli.deploy.versions.record import VersionRecord

#: The code of each version from the first one, as a letter, with the version that it was rolled back to.
History = Sequence[tuple[str | None, int | None]]


def known(history: History) -> list[KnownVersion]:
    live = len(history)
    items = [
        KnownVersion(
            VersionRecord(number, code and code * (64 if number == live else 32), code_of=code_of),
            None,
            is_live=number == live,
            on_platform=True,
        )
        for number, (code, code_of) in enumerate(history, 1)
        if code != "-"
    ]
    return items[::-1]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([("a", None), ("b", None)], 1),
        ([("a", None)], None),
        # Only the configuration was changed.
        ([("a", None), ("b", None), ("b", None)], 1),
        # Back from c, which was bad: to a, and not to c again.
        ([("a", None), ("b", None), ("c", None), ("b", 2)], 1),
        ([("a", None), ("b", None), ("c", None), ("b", 2), ("a", 1)], None),
        # A new version after a rollback, which is bad as well.
        ([("a", None), ("b", None), ("c", None), ("b", 2), ("d", None)], 4),
        ([("a", None), ("b", None), ("c", None), ("b", 2), ("d", None), ("b", 4)], 1),
        # Forth again by --to.
        ([("a", None), ("b", None), ("a", 1), ("b", 2)], 1),
        # Reverted by a new commit: what was reverted is the one before.
        ([("a", None), ("b", None), ("a", None)], 2),
        # Nothing is known of the second one.
        ([("a", None), ("-", None), ("c", None)], 2),
        ([("a", None), (None, None), ("c", None)], 2),
        # What is live was deployed without a hash.
        ([("a", None), (None, None)], 1),
    ],
)
def test_a_rollback_returns_to_the_last_other_code_that_was_not_rolled_back_from(
    history: History, expected: int | None
) -> None:
    previous = previous_version(known(history))
    assert (previous.version if isinstance(previous, KnownVersion) else previous) == expected
