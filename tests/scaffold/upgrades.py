"""Plugins whose template has a newer version."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template import versions
from biot_plugin_cli.template.release import release

_PROGRAM = """
import sys
from pathlib import Path
from biot_plugin_cli import main, new_plugin
from biot_plugin_cli.template import versions
versions.FOLDER = Path(sys.argv.pop(1))
sys.argv[0] = sys.argv.pop(1)
{"biot-plugin": main, "new-plugin": new_plugin}[sys.argv[0]].main()
"""


def copy_of_the_template(folder: Path) -> None:
    """Copy the template, with its present state as version 1."""
    shutil.copytree(versions.FOLDER / "plugin", folder / "plugin")
    assert release(folder) == "1"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())


def change_template(templates: Path, path: str, old: str, new: str) -> None:
    change(templates / "plugin" / "template" / path, old, new)


def second_version(templates: Path) -> None:
    """Release a version that changes one function and a setting, adds a file, removes a file."""
    change_template(templates, "hooks/pre_request.py.jinja", "ADULT = 18", "ADULT = 21")
    change_template(templates, "pyproject.toml.jinja", "timeout = 10", "timeout = 20")
    (templates / "plugin" / "template" / "CHANGES.md.jinja").write_text("# {{ name }}\n", encoding="utf-8")
    (templates / "plugin" / "template" / ".github" / "workflows" / "ci.yml.jinja").unlink()
    assert release(templates) == "2"


def files_of(folder: Path) -> dict[str, bytes]:
    """Read all files except git's own, and the targets of links."""
    return {
        path.relative_to(folder).as_posix(): bytes(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if ".git" not in path.relative_to(folder).parts and (path.is_symlink() or path.is_file())
    }


def state(plugin: Path) -> tuple[str, str, dict[str, bytes], list[str]]:
    """Describe all of a repository that its author can see, and what is beside git's data."""
    return (
        git(plugin, "rev-parse", "HEAD"),
        git(plugin, "status", "--porcelain"),
        files_of(plugin),
        sorted(path.name for path in Path(git(plugin, "rev-parse", "--absolute-git-dir")).iterdir()),
    )


def program(templates: Path, *arguments: object) -> list[str]:
    """The command line of a program of its own whose template is the one in a folder."""
    return [sys.executable, "-c", _PROGRAM, str(templates), *map(str, arguments)]


def configure(file: Path, settings: Mapping[str, str]) -> None:
    """Add settings to a configuration file of git."""
    for key, value in settings.items():
        subprocess.run(["git", "config", "--file", file, "--add", key, value], check=True)


def upgrade(biot_plugin: object) -> dict[str, object]:
    """Upgrade the plugin in the current folder, and give the document that it prints."""
    outcome = biot_plugin("upgrade", "--json")  # type: ignore[operator]
    return {"exitCode": outcome.exit_code, **json.loads(outcome.out)}
