"""An account of one's own from a second machine: versions, and rollback by commit and by package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.scaffold.clones import cloned, committed
from tests.scaffold.deployments import FIRST, SECOND, configured
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow


@pytest.mark.matrix
def test_any_clone_rolls_back_by_commit_and_by_package(
    plugin: Repository,
    aws: MotoAccount,
    platform: FaultyPlatform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configured(plugin, target="aws")
    first = committed(plugin, index=FIRST)
    made = plugin.program("deploy", "--yes", "--json")
    assert made.exit_code == 0, made.err
    assert (made.document["commit"], made.document["clean"], made.document["disabled"]) == (first, True, False)
    artefact = shutil.copy(plugin.root / "dist" / "demo.zip", tmp_path / "first.zip")
    other = committed(plugin, index=FIRST.replace("1", "3"))
    committed(plugin, index=SECOND)
    plugin.write("index.py", SECOND + "# more\n")
    changed = plugin.program("deploy", "--yes")
    assert changed.exit_code == 0, changed.err
    assert "warning: the folder has uncommitted changes (index.py)" in changed.err
    # Another commit with the same code is no change.
    committed(plugin)
    assert plugin.program("deploy", "--yes", "--json").document["action"] == "none"

    clone = cloned(plugin, tmp_path / "elsewhere", monkeypatch)
    rows = clone.program("versions", "--json").document
    assert [(row["version"], row["clean"], row["knownFrom"]) for row in rows] == [
        (2, False, ["account", "git"]),
        (1, True, ["account", "git"]),
    ]
    refused = clone.program("rollback", "--yes", "--commit", other)
    assert (refused.exit_code, "is not what was deployed: its content is" in refused.err) == (1, True)
    back = clone.program("rollback", "--yes", "--json", "--commit", first)
    assert back.exit_code == 0, back.err
    assert (back.document["version"], back.document["codeOf"], back.document["commit"]) == (1, 1, first)
    assert clone.program("rollback", "--yes", "--to", "2").exit_code == 0
    again = clone.program("rollback", "--yes", "--package", artefact)
    assert (again.exit_code, again.out) == (0, "demo runs version 1 again\n")
    assert clone.program("rollback", "--yes", "--package", artefact).out == "demo has the code of version 1 already\n"
    assert clone.program("status", "--json").document["version"] == 1
