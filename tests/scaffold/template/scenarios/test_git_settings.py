"""No setting, hook or variable of git changes what `upgrade` and `new-plugin` do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import commit_all, git
from tests.scaffold.support import Program
from tests.scaffold.upgrades import change, configure, files_of, second_version

HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "commit-msg", "prepare-commit-msg"),
    *("post-commit", "post-checkout", "post-merge", "post-index-change", "reference-transaction", "post-rewrite"),
)
SETTINGS = {
    "apply": {"apply.whitespace": "error", "apply.ignoreWhitespace": "change"},
    "status": {
        "status.showUntrackedFiles": "no",
        "status.branch": "true",
        "status.short": "true",
        "status.relativePaths": "false",
        "status.submoduleSummary": "true",
        "color.ui": "always",
        "column.ui": "always",
    },
    "diff": {
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.renames": "copies",
        "diff.algorithm": "patience",
        "diff.context": "0",
        "diff.interHunkContext": "9",
        "diff.wordRegex": ".",
    },
    "merge": {
        "merge.conflictStyle": "diff3",
        "merge.default": "union",
        "rerere.enabled": "true",
        "rerere.autoUpdate": "1",
    },
    "core": {
        "core.fsmonitor": "false-program",
        "core.untrackedCache": "true",
        "core.safecrlf": "true",
        "core.quotePath": "true",
        "core.whitespace": "trailing-space,space-before-tab,tab-in-indent,cr-at-eol",
        "core.commentChar": "C",
        "core.pager": "false",
        "core.editor": "false",
        "core.abbrev": "4",
        "core.logAllRefUpdates": "false",
        "log.showSignature": "true",
    },
    "signing": {
        "commit.gpgSign": "true",
        "tag.gpgSign": "true",
        "gpg.program": "false",
        "gpg.format": "ssh",
        "user.signingKey": "/nowhere",
        "commit.template": "/nowhere",
        "commit.cleanup": "scissors",
        "i18n.commitEncoding": "latin-1",
    },
    "transport": {
        "safe.bareRepository": "explicit",
        "protocol.allow": "never",
        "protocol.file.allow": "never",
        "url.https://nowhere.invalid/.insteadOf": "git+biot-plugin://",
        "url.https://nowhere.invalid/x/.insteadOf": "/",
        "transfer.fsckObjects": "true",
        "fetch.parallel": "0",
        "submodule.recurse": "true",
        "clone.defaultRemoteName": "mine",
        "remote.origin.url": "https://nowhere.invalid/",
        "init.defaultObjectFormat": "sha256",
        "extensions.refStorage": "nonsense",
        "checkout.workers": "0",
        "alias.status": "!false",
    },
}
ALL = {key: value for group in SETTINGS.values() for key, value in group.items()}
REPOSITORY_FREE = ("extensions.refStorage", "remote.origin.url")
VARIABLES = {
    "GIT_CONFIG_PARAMETERS": "'apply.whitespace=error' 'status.showuntrackedfiles=no'",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_DIFF_OPTS": "-u0",
    "GIT_DIR": "/nowhere",
    "GIT_EXTERNAL_DIFF": "false",
    "GIT_INDEX_FILE": "/nowhere/index",
    "GIT_OBJECT_DIRECTORY": "/nowhere/objects",
    "GIT_PREFIX": "elsewhere/",
    "GIT_TEMPLATE_DIR": "/nowhere",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_TRACE": "1",
    "GIT_WORK_TREE": "/nowhere",
    "GIT_ALLOW_PROTOCOL": "ssh",
    "GIT_ATTR_SOURCE": "nowhere",
    "GIT_REFLOG_ACTION": "mine",
    "LANGUAGE": "de",
}


def _hooks(folder: Path, marker: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in HOOKS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> '{marker}'\nexit 1\n")
        (folder / name).chmod(0o755)
    return folder


def _edit(plugin: Path) -> None:
    change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 21  # checked\n\tWIDE = 1 \nADULT = 14")
    change(plugin / "pyproject.toml", "line-length = 120", "line-length = 100")
    commit_all(plugin, "Make it mine")


def _require_merged(plugin: Path, biot_plugin: Program) -> None:
    done = biot_plugin("upgrade", "--json")

    assert (done.exit_code, done.document.get("conflicts")) == (1, ["hooks/pre_request.py"]), done.err
    merged = (plugin / "hooks" / "pre_request.py").read_text()
    assert (
        "<<<<<<< before updating\nADULT = 21  # checked\n\tWIDE = 1 \nADULT = 14\n=======\nADULT = 21\n>>>>>>> after"
    ) in merged
    settings = (plugin / "pyproject.toml").read_text()
    assert "timeout = 20" in settings
    assert "line-length = 100" in settings
    assert (plugin / "CHANGES.md").read_bytes() == b"# demo\n"
    assert not (plugin / ".github" / "workflows").exists()


# Each group for itself is part of the matrix: one that changes anything would have to be undone by another one.
@pytest.mark.parametrize(
    "group", ["all", *(pytest.param(group, marks=[pytest.mark.slow, pytest.mark.matrix]) for group in SETTINGS)]
)
@pytest.mark.parametrize("scope", ["user", "repository"])
def test_no_setting_changes_an_upgrade(
    plugin: Path, templates: Path, biot_plugin: Program, scope: str, group: str
) -> None:
    _edit(plugin)
    second_version(templates)
    chosen = ALL if group == "all" else SETTINGS[group]
    settings = {key: value for key, value in chosen.items() if scope == "user" or key not in REPOSITORY_FREE}
    configure(Path(os.environ["GIT_CONFIG_GLOBAL"]) if scope == "user" else plugin / ".git" / "config", settings)

    _require_merged(plugin, biot_plugin)


def test_no_hook_runs(plugin: Path, templates: Path, biot_plugin: Program, tmp_path: Path) -> None:
    _edit(plugin)
    second_version(templates)
    hooks = _hooks(tmp_path / "hooks", tmp_path / "ran")
    _hooks(plugin / ".git" / "hooks", tmp_path / "ran")
    _hooks(tmp_path / "template" / "hooks", tmp_path / "ran")
    configure(
        Path(os.environ["GIT_CONFIG_GLOBAL"]),
        {"core.hooksPath": str(hooks), "init.templateDir": str(tmp_path / "template")},
    )

    _require_merged(plugin, biot_plugin)

    assert not (tmp_path / "ran").exists()


def test_no_variable_changes_an_upgrade(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _edit(plugin)
    second_version(templates)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    _require_merged(plugin, biot_plugin)


def test_attributes_of_the_user_do_not_change_a_merge(
    plugin: Path, templates: Path, biot_plugin: Program, tmp_path: Path
) -> None:
    _edit(plugin)
    second_version(templates)
    (tmp_path / "attributes").write_text("* merge=union diff=nonsense whitespace=trailing-space -text\n")
    configure(Path(os.environ["GIT_CONFIG_GLOBAL"]), {"core.attributesFile": str(tmp_path / "attributes")})

    _require_merged(plugin, biot_plugin)


def test_no_setting_changes_a_new_plugin(
    create: Program, templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create(tmp_path / "a" / "demo", "--defaults").exit_code == 0
    (tmp_path / "ignore").write_text("*.py\n.github\n")
    (tmp_path / "attributes").write_text("* text eol=crlf\n")
    hooks = _hooks(tmp_path / "template" / "hooks", tmp_path / "ran")
    configure(
        Path(os.environ["GIT_CONFIG_GLOBAL"]),
        {
            **ALL,
            "core.excludesFile": str(tmp_path / "ignore"),
            "core.attributesFile": str(tmp_path / "attributes"),
            "core.hooksPath": str(hooks),
            "init.templateDir": str(hooks.parent),
        },
    )
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    made = create(tmp_path / "b" / "demo", "--defaults")

    assert made.exit_code == 0, made.err
    assert files_of(tmp_path / "b") == files_of(tmp_path / "a")
    trees = {git(tmp_path / parent / "demo", "rev-parse", "HEAD^{tree}") for parent in ("a", "b")}
    assert len(trees) == 1
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "b" / "demo" / ".git" / "hooks" / "pre-commit").exists()
