from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import tomllib
import yaml

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import commit_all, git
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.template import copier_adapter, versions
from biot_plugin_cli.template.creation import repository as creation
from tests.scaffold.support import CHECKOUT, Program, entries, on_terminal, program_file

pytestmark = pytest.mark.slow


def test_defaults_make_a_repository_with_one_commit(create: Program, tmp_path: Path) -> None:
    made = create(tmp_path / "demo", "--defaults", "--json").document

    assert made["path"] == str(tmp_path / "demo")
    assert (made["name"], made["displayName"], made["hooks"]) == ("demo", "Demo", ["pre-request"])
    assert (made["runtime"], made["package"], made["ci"]) == (newest_runtime(), "zip", "github")
    assert git(tmp_path / "demo", "rev-list", "--all") == made["commit"]
    assert git(tmp_path / "demo", "status", "--porcelain") == ""
    assert git(tmp_path / "demo", "branch", "--show-current") == "main"
    assert entries(tmp_path) == ["demo"]


def test_flags_answer_every_question(create: Program, tmp_path: Path) -> None:
    made = create(
        *(tmp_path / "x", "--name", "night_watch", "--display-name", 'Night "Watch" é𝄞', "--hook", "scheduled"),
        *("--hook", "endpoint", "--runtime", "python3.10", "--package", "image", "--ci", "bitbucket", "--json"),
    ).document

    manifest = Plugin.load(tmp_path / "x").manifest
    assert made["hooks"] == ["scheduled", "endpoint"]
    assert (manifest.name, manifest.display_name) == ("night_watch", 'Night "Watch" é𝄞')
    assert (manifest.runtime, manifest.package, manifest.version) == ("python3.10", "image", 1)


def test_people_are_told_what_comes_next(create: Program, tmp_path: Path) -> None:
    said = create(tmp_path / "a plugin", "--hook", "notification", "--defaults").out

    assert f"cd '{tmp_path / 'a plugin'}'" in said
    assert "make test" in said
    assert "invoke events/notification.json" in said


def test_a_folder_that_looks_like_markup_is_shown_as_it_is(create: Program, tmp_path: Path) -> None:
    assert f"in {tmp_path / '[red]x'}. Next:" in create(tmp_path / "[red]x", "--defaults").out


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Plugin (2)", "My-Plugin-2"), ("é", "plugin"), ("n" * 80, "n" * 57), ("a.b", "a-b"), ("_x_", "_x_")],
)
def test_the_name_comes_from_the_folder(create: Program, tmp_path: Path, folder: str, name: str) -> None:
    assert create(tmp_path / folder, "--defaults", "--json").document["name"] == name


def test_a_folder_named_like_the_platforms_own_names_needs_another_name(create: Program, tmp_path: Path) -> None:
    refused = create(tmp_path / "Plugin-demo", "--defaults")
    assert (refused.exit_code, "the platform puts Plugin- before the name" in refused.err) == (2, True), refused.err
    assert not (tmp_path / "Plugin-demo").exists()
    assert create(tmp_path / "Plugin-demo", "--defaults", "--name", "demo").exit_code == 0


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["-", "_", "biot-plugin", "a--", "n" * 57, "plugin-demo", "Plugin", "a-Plugin-b"])
def test_every_allowed_name_makes_a_valid_project(create: Program, tmp_path: Path, name: str) -> None:
    create(tmp_path / "x", "--name", name, "--defaults")

    assert Plugin.load(tmp_path / "x").manifest.name == name
    project = (tmp_path / "x" / "pyproject.toml").read_text(encoding="utf-8").split("[project]\nname = ")[1]
    assert re.match(r'"[a-z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?"\n', project)


def test_the_name_is_the_folder_when_none_is_given(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert create("--name", "demo", "--defaults").exit_code == 0
    assert (tmp_path / "demo" / "index.py").is_file()


def test_an_empty_folder_and_missing_parents_will_do(create: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert create(tmp_path / "empty", "--defaults").exit_code == 0
    assert create(tmp_path / "p" / "q" / "deep", "--defaults").exit_code == 0


def test_the_users_identity_and_branch_are_kept(create: Program, tmp_path: Path) -> None:
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(
        "[user]\nname = Grace\nemail = grace@example.com\n[init]\ndefaultBranch = trunk\n"
        "[commit]\ngpgSign = true\n[core]\nhooksPath = /nowhere\n",
        encoding="utf-8",
    )

    create(tmp_path / "demo", "--defaults")

    assert git(tmp_path / "demo", "log", "--format=%an %ae %cn") == "Grace grace@example.com Grace"
    assert git(tmp_path / "demo", "branch", "--show-current") == "trunk"


def test_nobody_configured_is_no_obstacle(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")

    assert git(tmp_path / "demo", "log", "--format=%an") == "new-plugin"


def test_the_answers_name_no_place_on_this_machine_but_the_sources(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")

    answers = yaml.safe_load((tmp_path / "demo" / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers.pop("sources") == {"path": str(CHECKOUT)}
    assert answers["_src_path"] == "git+biot-plugin://template"
    assert "found_runtimes" not in answers
    assert "/" not in "".join(str(value) for key, value in answers.items() if key != "_src_path")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["--name", "two words", "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--name", "n" * 58, "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--name", "demo\n", "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--name", "", "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--name", "Plugin-demo", "--defaults"], 2, "Invalid --name: the platform puts Plugin- before the name"),
        (["--name", "Plugin-", "--defaults"], 2, "Invalid --name: the platform puts Plugin- before the name"),
        (["--name", "\u0420lugin-demo", "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--name", "demo ", "--defaults"], 2, "Invalid --name: a name has 1 to 57"),
        (["--display-name", "", "--defaults"], 2, "Invalid --display-name: a display name has 1 to 255"),
        (["--display-name", "d" * 256, "--defaults"], 2, "Invalid --display-name: a display name has 1 to 255"),
        (["--display-name", "a\nb", "--defaults"], 2, "Invalid --display-name: a display name has 1 to 255"),
        (["--hook", "before", "--defaults"], 2, "'before' is not one of"),
        (["--runtime", "python3.9", "--defaults"], 2, "'python3.9' is not one of"),
        (["--hook", "endpoint"], 2, "pass --display-name, --runtime, --package, --ci, or --defaults"),
    ],
)
def test_a_wrong_command_line_leaves_nothing(
    create: Program, tmp_path: Path, arguments: list[str], exit_code: int, sentence: str
) -> None:
    refused = create(tmp_path / "demo", *arguments)

    assert refused.exit_code == exit_code
    assert sentence in refused.err
    assert refused.err.count("\n") == 1
    assert refused.out == ""
    assert entries(tmp_path) == []


def test_people_learn_what_is_unusual(create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "lock_dependencies", lambda *_: "uv is not on this machine")
    said = create(tmp_path / "demo", "--defaults").out
    assert "There is no uv.lock yet (uv is not on this machine): make setup writes it, then commit it." in said
    assert f"The framework comes from {CHECKOUT}, which pipelines do not have: --framework-from names another" in said
    made = create(tmp_path / "other", "--defaults", "--json").document
    assert (made["locked"], made["unlockedBecause"]) == (False, "uv is not on this machine")
    assert create(tmp_path / "third", "--defaults", "--json", "--no-lock").document["unlockedBecause"] is None


@pytest.mark.parametrize(
    ("shell", "file"), [("/bin/bash", "activate"), ("/usr/bin/fish", "activate.fish"), ("", "activate")]
)
def test_commands_are_as_they_are_typed(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, file: str
) -> None:
    monkeypatch.setenv("SHELL", shell)
    lines = create(tmp_path / "demo", "--defaults").out.splitlines()
    commands = [line.partition("#")[0].strip() for line in lines if line.startswith("  ")]
    assert commands[1:] == ["make test", f"source .venv/bin/{file}", "biot-plugin invoke events/pre_request.json"]
    readme = (tmp_path / "demo" / "README.md").read_text(encoding="utf-8")
    assert readme.count(".venv/bin") == 1
    assert "\nsource .venv/bin/activate\n" in readme


def test_a_folder_in_another_repository_becomes_part_of_it(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "--quiet", outer], check=True)

    said = create(outer / "plugins" / "demo", "--defaults").out

    assert f"It is part of the repository {outer}: commit it there" in said
    assert "merge .github/workflows/ci.yml into the one in" in said
    assert not (outer / "plugins" / "demo" / ".git").exists()
    assert git(outer, "diff", "--cached", "--name-only") == ""
    assert git(outer, "for-each-ref") == ""
    git(outer, "add", "--all")
    assert "plugins/demo/pyproject.toml" in git(outer, "ls-files").splitlines()


def test_a_repository_of_its_own_in_another_one(create: Program, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "--quiet", outer], check=True)
    (outer / ".gitignore").write_text("build/\n", encoding="utf-8")

    asked = create(outer / "demo", "--defaults", "--git", "--json").document
    ignored = create(outer / "build" / "demo", "--defaults", "--json").document

    for made in (asked, ignored):
        assert made["surroundingRepository"] is None
        assert git(Path(made["path"]), "rev-list", "--all") == made["commit"]


def test_no_repository(create: Program, tmp_path: Path) -> None:
    made = create(tmp_path / "demo", "--defaults", "--no-git", "--json").document

    assert (made["commit"], made["surroundingRepository"]) == (None, None)
    assert not (tmp_path / "demo" / ".git").exists()
    assert (tmp_path / "demo" / "index.py").is_file()


def test_a_repository_that_a_hosting_service_has_begun(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "trunk", tmp_path / "demo"], check=True)
    for name in ("README.md", "LICENSE"):
        (tmp_path / "demo" / name).write_text("theirs\n", encoding="utf-8")
    commit_all(tmp_path / "demo", "Initial commit")
    monkeypatch.chdir(tmp_path / "demo")

    said = create(".", "--defaults").out

    assert "README.md of the repository made way for the plugin's: git has the one before" in said
    assert git(tmp_path / "demo", "status", "--porcelain") == ""
    assert git(tmp_path / "demo", "rev-list", "--count", "HEAD") == "2"
    assert (tmp_path / "demo" / "LICENSE").read_text(encoding="utf-8") == "theirs\n"
    pipeline = (tmp_path / "demo" / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(pipeline)[True]["push"]["branches"] == ["trunk"]


def _write_wheels(folder: Path) -> None:
    folder.mkdir()
    for name in ("biot_plugin", "biot_plugin_cli", "biot_emulator"):
        (folder / f"{name}-1-py3-none-any.whl").touch()


@pytest.mark.parametrize(
    ("place", "table"),
    [
        ("git+https://example.com/x@v1", {"git": "https://example.com/x", "rev": "v1", "subdirectory": "framework"}),
        ("https://example.com/simple", {"index": "biot-plugin"}),
        ("wheels", {"index": "biot-plugin"}),
        (CHECKOUT, {"path": str(CHECKOUT / "framework"), "editable": True}),
        ("index", None),
    ],
)
def test_the_framework_comes_from_where_the_author_says(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, table: object
) -> None:
    monkeypatch.chdir(tmp_path)
    _write_wheels(tmp_path / "wheels")

    create("demo", "--defaults", "--framework-from", place)

    uv = tomllib.loads((tmp_path / "demo" / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    assert uv.get("sources", {}).get("biot-plugin") == table
    if place == "wheels":
        assert uv["index"] == [{"name": "biot-plugin", "url": "../wheels", "format": "flat", "explicit": True}]
    if place == "https://example.com/simple":
        assert uv["index"] == [{"name": "biot-plugin", "url": place, "explicit": True}]
    answers = yaml.safe_load((tmp_path / "demo" / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["sources_chosen"] is True


@pytest.mark.parametrize(
    ("options", "ignored", "note"),
    [
        (("--no-git",), "", None),
        ((), "*\n", "which git ignores (wheels/.gitignore:1: *): commit it"),
        (("--git",), "", "which pipelines do not have"),
    ],
    ids=str,
)
def test_a_folder_of_wheels_in_the_same_repository_is_cloned_with_it(
    create: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    ignored: str,
    note: str | None,
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    _write_wheels(tmp_path / "wheels")
    (tmp_path / "wheels" / ".gitignore").write_text(ignored, encoding="utf-8")

    said = create("demo", "--defaults", "--no-lock", "--framework-from", "wheels", *options).out

    if note:
        assert f"The framework comes from ../wheels, {note}" in said
    else:
        assert "The framework comes from" not in said


def test_a_place_that_does_not_exist_leaves_nothing(create: Program, tmp_path: Path) -> None:
    refused = create(tmp_path / "demo", "--defaults", "--framework-from", tmp_path / "nowhere")

    assert (refused.exit_code, refused.out) == (2, "")
    assert f"Invalid --framework-from: There is no folder {tmp_path / 'nowhere'}" in refused.err
    assert entries(tmp_path) == []


def test_no_folder_at_all_is_refused(create: Program) -> None:
    assert "new-plugin DEST" in create("--defaults").err


def test_an_occupied_folder_is_left_alone(create: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    refused = create(tmp_path, "--defaults")

    assert refused.exit_code == 1
    assert f"{tmp_path} is not empty" in refused.err
    assert entries(tmp_path) == ["mine.txt"]


def test_a_file_in_the_way_is_left_alone(create: Program, tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine", encoding="utf-8")

    assert create(tmp_path / "demo", "--defaults").exit_code == 1
    assert create(tmp_path / "demo" / "below", "--defaults").exit_code == 1
    assert (tmp_path / "demo").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_one_sentence(create: Program) -> None:
    refused = create("/proc/demo", "--defaults")

    assert refused.exit_code == 1
    assert refused.err.startswith("error: Cannot create /proc/demo (")


def test_without_git_nothing_is_made(create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    refused = create(tmp_path / "demo", "--defaults")

    assert refused.exit_code == 1
    assert "install git" in refused.err
    assert entries(tmp_path) == []


@pytest.mark.parametrize("broken", ["{{ undefined_thing.x }}", "{% nonsense %}"])
def test_a_template_that_fails_in_the_middle_leaves_nothing(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    templates = tmp_path / "templates" / "plugin"
    (templates / "template").mkdir(parents=True)
    copier_yml = (versions.FOLDER / "plugin" / "copier.yml").read_text(encoding="utf-8")
    (templates / "copier.yml").write_text(copier_yml, encoding="utf-8")
    (templates / "template" / "a.txt").write_text("fine", encoding="utf-8")
    (templates / "template" / "z.txt.jinja").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(versions, "FOLDER", templates.parent)

    refused = create(tmp_path / "x" / "y" / "demo", "--defaults")

    assert refused.exit_code == 1
    assert refused.err.startswith("error: Cannot render the template: ")
    assert entries(tmp_path) == ["templates"]


def test_the_process_is_left_as_it_was(create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")
    before = dict(os.environ)

    create("demo", "--defaults")

    assert Path.cwd() == tmp_path
    assert dict(os.environ) == before
    assert git(tmp_path / "demo", "branch", "--show-current") == "trunk"


def test_a_surrounding_git_command_is_not_disturbed(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "--quiet", outer], check=True)
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))

    assert create(tmp_path / "demo", "--defaults").exit_code == 0

    assert (tmp_path / "demo" / ".git").is_dir()
    assert not (outer / ".git" / "refs" / "heads" / "main").exists()


def test_no_home_is_no_obstacle(create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")

    assert create(tmp_path / "demo", "--defaults").exit_code == 0


def test_bad_input_to_the_renderer_that_is_no_answer_is_a_failed_operation(tmp_path: Path) -> None:
    with versions.open_template() as template, pytest.raises(OperationFailed, match="Cannot render"):
        copier_adapter.render(template, tmp_path / "x", {"name": "x", "hooks": ["nonsense"], "ci": 1}, {}, ask=False)


def test_questions_are_asked_on_a_terminal(tmp_path: Path) -> None:
    exit_code, said = on_terminal(
        [program_file("new-plugin"), tmp_path / "demo", "--ci", "none", "--no-lock"],
        [
            ("name on the platform", b"\r"),
            ("name that people see", b" ward\r"),
            ("What the plugin handles", b"\x1b[B \r"),
            ("The Python version", b"\r"),
            ("How the plugin is deployed", b"\r"),
        ],
    )

    assert exit_code == 0, said
    assert ("not on this machine" in said) == (None in map(find_interpreter, RUNTIMES))
    assert "Whose pipeline" not in said
    manifest = Plugin.load(tmp_path / "demo").manifest
    assert (manifest.name, manifest.display_name, manifest.runtime) == ("demo", "Demo ward", newest_runtime())
    assert entries(tmp_path / "demo" / "events") == ["post_request.json", "pre_request.json"]


def test_an_interruption_while_asking_leaves_nothing(tmp_path: Path) -> None:
    exit_code, said = on_terminal([program_file("new-plugin"), tmp_path / "demo"], [("name on the platform", b"\x03")])

    assert exit_code == 130
    assert "Traceback" not in said
    assert "error" not in said
    assert entries(tmp_path) == []
