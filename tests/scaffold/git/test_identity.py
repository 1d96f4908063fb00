"""A commit of ours is the user's, and works where there is no user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import commit_all, git, initialise
from tests.scaffold.upgrades import configure

FALLBACK = "new-plugin new-plugin@localhost new-plugin new-plugin@localhost"
GRACE = {"user.name": "Grace", "user.email": "grace@example.com"}
NAMES = [f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")]


@pytest.mark.parametrize(
    ("settings", "people"),
    [
        ({}, FALLBACK),
        ({"user.name": "Grace"}, FALLBACK),
        (
            {"author.name": "Grace", "author.email": "grace@example.com"},
            "Grace grace@example.com new-plugin new-plugin@localhost",
        ),
        (GRACE, "Grace grace@example.com Grace grace@example.com"),
        ({**GRACE, "committer.name": "Ada"}, "Grace grace@example.com Ada grace@example.com"),
    ],
)
def test_a_commit_has_the_user_or_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], people: str
) -> None:
    for name in (*NAMES, "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    configure(Path(os.environ["GIT_CONFIG_GLOBAL"]), settings)
    initialise(tmp_path)
    (tmp_path / "a.txt").write_text("a")

    commit_all(tmp_path, "Begin")

    assert git(tmp_path, "log", "--format=%an %ae %cn %ce") == people
