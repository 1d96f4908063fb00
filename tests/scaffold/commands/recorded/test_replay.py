"""`biot-plugin replay` as a user types it, on repositories with two versions of a plugin."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.git.runner import git, initialise
from tests.scaffold.clones import IGNORED, committed
from tests.scaffold.deployments import deploy
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image
from tests.scaffold.replayed import (
    OLD,
    bare_plugin,
    framework_plugin,
    ids,
    recorded,
    recording,
    write_recordings,
)
from tests.scaffold.support import program_file

pytestmark = pytest.mark.slow

ECHO = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{\"n\": 1}'}\n"
OTHER = ECHO.replace("1}", "2}")

#: What the plugin's own tests do not look at: a field, the body of a call, an answer that is asked for again.
NEW = (
    OLD.replace("// 365\n", '// 365\n    event.response.body.pop("_name")\n')
    .replace('"by": name}', '"by": name, "by2": name}')
    .replace('"Patients must be 18 or older"', '"Patients must be of age"')
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, so that it can be seen whether any are left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def replayed(plugin: Repository, *arguments: object, exit_code: int = 0) -> Any:
    done = plugin.program("replay", "--json", "--jobs", 1, *arguments)
    assert done.exit_code == exit_code, done.err
    return done.document


def one_event(plugin: Repository) -> Path:
    return write_recordings(plugin.root / "events" / "one.recording.jsonl", [recording({"n": 1}, id="e-1")])


def test_replay_finds_what_the_plugins_own_tests_do_not(plugin: Repository, tmp_path: Path, temporary: Path) -> None:
    commit = framework_plugin(plugin)
    plugin.write("index.py", NEW)
    write_recordings(plugin.root / "events" / "all.recording.jsonl", recorded(60))
    page, report = tmp_path / "r.html", tmp_path / "r.xml"

    document = replayed(plugin, "--jobs", 2, "--html", page, "--junit", report, exit_code=1)

    call = "PATCH /organization/v1/users/patients/{id}"
    assert ids(document) == {
        "removed:response.body._name": 20,
        f"call-added:{call}:body.by2": 20,
        "changed:message": 5,
    }
    assert (document["events"], document["differing"], document["exitCode"]) == (60, 45, 1)
    assert (document["accepted"], document["ignored"]) == ([], [])
    assert document["against"]["commit"] == commit
    assert document["against"]["reason"] == "the last commit whose code differs"
    [first] = [kind for kind in document["differences"] if kind["id"].startswith("removed")]
    assert first["first"] == {
        "event": "e-0",
        "source": "events/all.recording.jsonl:1",
        "old": "an object with 1 members",
        "new": "nothing",
    }
    for side in document["measures"].values():
        assert side["p50Ms"] > 0 and side["p99Ms"] > 0 and side["maxMemoryMb"] > 10 and side["failures"] == 0
    assert [(case.get("name"), [*case]) for case in ElementTree.parse(report).iter("testcase") if not [*case]]
    assert len([*ElementTree.parse(report).iter("failure")]) == 3
    assert page.read_text().count("<article") == 3

    accepted = replayed(plugin, "--accept", "removed:*", "--accept", f"call-added:{call}:*", "--accept", "*:message")
    assert (accepted["differences"], accepted["exitCode"], len(accepted["accepted"])) == ([], 0, 3)

    assert "Ada" not in page.read_text() + report.read_text() + json.dumps(document)
    assert [*temporary.iterdir()] == []
    assert git(plugin.root, "worktree", "list").count("\n") == 0


@pytest.mark.matrix
def test_the_older_code_may_be_the_deployed_one(plugin: Repository, platform: FaultyPlatform) -> None:
    one_event(plugin)
    first = committed(plugin, index=ECHO)
    deploy(plugin)
    committed(plugin, index=ECHO.replace("1}", "7}"))
    plugin.write("index.py", OTHER)

    document = replayed(plugin, "--against", "deployed", exit_code=1)

    assert document["against"] == {
        "what": "version 1, which is deployed",
        "commit": first,
        "contentHash": document["against"]["contentHash"],
        "reason": None,
    }


MISTAKES: list[tuple[list[str], int, str]] = [
    (["--against", "nothing"], 1, "'nothing' is no commit of the repository"),
    (["--against", "none.zip"], 1, "none.zip does not exist: pass the path of a package, or a revision"),
    (["--against=--all"], 1, "'--all' is no commit"),
    (["--against", "HEAD~1"], 1, "has no folder plugin: choose another one"),
    (["none.json"], 2, "none.json does not exist"),
    (["--accept", ""], 2, "accepts nothing"),
    (["--env", "nowhere"], 4, "nowhere"),
    (["--jobs", "0"], 2, "jobs"),
]


def test_a_mistake_is_one_sentence(plugin: Repository) -> None:
    one_event(plugin)
    # The plugin has come to the repository later.
    above = plugin.root.parent
    initialise(above)
    (above / ".gitignore").write_text(IGNORED + "wheels\ntemporary\n")
    git(above, "add", ".gitignore")
    git(above, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "first")
    git(above, "add", "--all")
    git(above, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "plugin")

    for arguments, exit_code, message in MISTAKES:
        done = plugin.program("replay", *arguments)

        assert done.exit_code == exit_code, done.err
        assert message in done.err.replace("\n", " ")
        assert "Traceback" not in done.err


def test_code_that_cannot_be_imported_has_the_exit_code_of_that(plugin: Repository) -> None:
    one_event(plugin)
    bare_plugin(plugin, ECHO, "import nothing_like_it\nhandler = 1\n")

    done = plugin.program("replay", "--json")

    assert done.exit_code == 3
    assert "The plugin cannot be imported: " in done.document["error"]


def test_what_the_older_code_does_otherwise_each_time_is_listed_and_ignored(plugin: Repository) -> None:
    write_recordings(plugin.root / "events" / "some.recording.jsonl", [recording({}, id=f"e-{n}") for n in range(12)])
    noisy = "import json, os\ndef handler(*_): return {'pid': os.getpid(), 'n': 1}\n"
    bare_plugin(plugin, noisy, noisy.replace("'n': 1", "'n': 2"))

    document = replayed(plugin, exit_code=1)

    assert ids(document) == {"changed:n": 12}
    assert ids(document, "ignored") == {"changed:pid": 12}


def test_an_interruption_leaves_nothing(plugin: Repository, temporary: Path) -> None:
    slow = "import time\ndef handler(event, context):\n    print('started')\n    time.sleep(50)\n"
    one_event(plugin)
    bare_plugin(plugin, slow, slow.replace("50", "51"))
    process = subprocess.Popen(
        [program_file("biot-plugin"), "replay"], cwd=plugin.root, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    for line in process.stderr:
        if line.startswith("Replaying"):
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.stderr.close()

    assert process.wait(30) == 130
    assert [*temporary.iterdir()] == []
    assert git(plugin.root, "worktree", "list").count("\n") == 0


@pytest.mark.matrix
def test_an_image_is_replayed_by_what_is_in_its_own_layers(plugin: Repository) -> None:
    one_event(plugin)
    as_image(plugin)
    bare_plugin(plugin, ECHO, OTHER)

    assert ids(replayed(plugin, exit_code=1)) == {"changed:n": 1}
