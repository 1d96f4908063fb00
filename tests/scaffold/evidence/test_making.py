"""Evidence by the command, and what it refuses."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed, UsageError
from biot_plugin_cli.evidence.making import add_rows, make_evidence
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.evidence.conftest import Release
from tests.scaffold.evidence.test_collection import contents
from tests.scaffold.packages import Repository
from tests.scaffold.support import Program


def test_with_complete_everything_that_is_missing_is_named_and_nothing_written(
    release: Release, tmp_path: Path
) -> None:
    plugin = Plugin.load(release.plugin.root)
    with pytest.raises(OperationFailed) as error:
        make_evidence(plugin, release.request, tmp_path / "evidence", signs=False, complete=True)
    message = str(error.value)
    assert message.startswith("The evidence is not complete, and nothing was written. It lacks the supplier of ")
    assert "a decision about GHSA-3 of inside 3.1 (vulnerabilities)" in message
    assert message.endswith("add that, or leave --complete out")
    assert list(tmp_path.iterdir()) == []


def test_evidence_of_the_release_before_that_was_changed_is_refused(
    release: Release, folder: Path, tmp_path: Path
) -> None:
    (folder / "soup.json").write_text("{}")
    with pytest.raises(OperationFailed, match="is not as it was made"):
        release.again(tmp_path / "new", previous=folder)
    assert not (tmp_path / "new").exists()


def test_a_package_that_the_folder_does_not_make_is_refused(release: Release, tmp_path: Path) -> None:
    same = tmp_path / "same.zip"
    shutil.copy(release.made.folder / "package" / "demo.zip", same)
    made = release.again(tmp_path / "same", package=same)
    assert contents(made.folder) == contents(release.made.folder)
    other = tmp_path / "other.zip"
    shutil.copy(same, other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("more.py", "")
    with pytest.raises(OperationFailed, match="is not what this folder makes: its content is "):
        release.again(tmp_path / "other", package=other)
    assert not (tmp_path / "other").exists()


def test_the_time_may_be_set_as_for_other_reproducible_builds(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    made = release.again(tmp_path / "evidence")
    assert json.loads((made.folder / "release.json").read_bytes())["time"] == "2001-09-09T01:46:40Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "now")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH is 'now'"):
        release.again(tmp_path / "never")


@pytest.mark.slow
def test_the_command_makes_a_draft_of_a_plugin_without_git(plugin: Repository, tmp_path: Path) -> None:
    outcome = plugin.program("evidence", "--json")
    assert outcome.exit_code == 0, outcome.err
    document = outcome.document
    assert (document["commit"], document["components"], document["signed"]) == (None, 0, None)
    missing = {item["part"]: item["missing"] for item in document["gaps"]}
    assert {"release", "tests", "requirements", "vulnerabilities", "third-party software"} <= set(missing)
    # Evidence beside the sources is no source.
    again = plugin.program("evidence", "--json")
    assert again.document["contentHash"] == document["contentHash"]
    assert plugin.program("evidence", "verify", "evidence").exit_code == 0
    assert not (plugin.root / "dist").exists()

    file, count = add_rows(Plugin.load(plugin.root))
    assert (file.name, count) == ("soup.toml", 1)
    rows = plugin.program("evidence", "soup")
    assert "has a row for everything in the package" in rows.out
    assert plugin.program("evidence", "--json").document["contentHash"] == document["contentHash"]


@pytest.mark.parametrize(
    ("options", "problem", "exit_code"),
    [
        (("--vulnerabilities", "x.zip", "--ask-osv"), "are two sources: pass one of both", 2),
        (("--tests", "absent.xml"), "absent.xml cannot be read", 2),
        (("--replay", "absent.json"), "absent.json cannot be read", 2),
        (("--requirements", "absent.toml"), "absent.toml does not exist", 2),
        (("--previous", "absent"), "has no file evidence.json", 1),
        (("-o", "index.py"), "index.py is no folder", 1),
        (("--online",), "No platform URL", 2),
        (("--env", "absent"), "absent", 4),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    repository: Repository, options: tuple[str, ...], problem: str, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    before = contents(repository.root)
    outcome = repository.program("evidence", *options)
    assert (outcome.exit_code, problem in outcome.err) == (exit_code, True), outcome.err
    assert contents(repository.root) == before


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "has no events"),
        ('{"events": true, "differences": [], "accepted": []}', "has no events"),
        ('{"events": 1, "differences": {}, "accepted": []}', "has no differences"),
    ],
)
def test_a_report_of_another_form_is_no_report(release: Release, tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "replay.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=problem):
        release.again(tmp_path / "evidence", replay=file)


def test_a_file_of_people_that_is_invalid_is_named(repository: Repository, biot_plugin: Program) -> None:
    repository.write("soup.toml", "[release]\nmaker = 'x'\n")
    outcome = biot_plugin("evidence")
    assert outcome.exit_code == InvalidPlugin.exit_code
    assert "soup.toml: [release] has the unknown key 'maker': use author, manufacturer, statement" in outcome.err
