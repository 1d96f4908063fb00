"""This project's own pipelines: a commit is checked once, and a tag publishes what was checked, without a password."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from biot_plugin_cli.template.release import is_released

CHECKOUT = Path(__file__).parents[1]
WORKFLOWS = CHECKOUT / ".github" / "workflows"
DISTRIBUTIONS = ("biot_plugin", "biot_emulator", "biot_plugin_cli")


def _load(name: str) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return document


def _runs(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_a_commit_is_checked_once() -> None:
    workflow = _load("ci.yml")

    assert workflow[True] == {"push": {"branches": ["main"]}, "pull_request": None}
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert _runs(job) == [".ci/run"]
    assert (CHECKOUT / ".ci" / "run").stat().st_mode & 0o111


def test_a_tag_publishes_what_was_checked() -> None:
    workflow = _load("release.yml")

    assert workflow[True] == {"push": {"tags": ["v*"]}}
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"]
    needs = {name: job.get("needs") for name, job in jobs.items()}
    assert needs == {"build": None, "links": None, "publish": ["build", "links"], "announce": "publish"}
    assert jobs["links"] == {"uses": "./.github/workflows/links.yml"}
    assert _runs(jobs["build"]) == [".ci/run", 'make release-check TAG="$GITHUB_REF_NAME"']
    assert jobs["publish"]["permissions"] == {"attestations": "write", "id-token": "write"}
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]
    # Nothing that could be changed between the check and the publication, and no password.
    assert "cache" not in str(jobs)
    assert "secrets." not in str(workflow)


def test_addresses_elsewhere_are_asked_once_a_week_and_before_a_release() -> None:
    workflow = _load("links.yml")

    assert workflow[True].keys() == {"schedule", "workflow_dispatch", "workflow_call"}
    (schedule,) = workflow[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert _runs(job) == ["make links"]


@pytest.mark.parametrize("name", ["ci.yml", "links.yml", "release.yml"])
def test_every_make_target_of_a_workflow_exists(name: str) -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    for command in (command for job in _load(name)["jobs"].values() if "steps" in job for command in _runs(job)):
        if match := re.match(r"make ([a-z-]+)", command):
            assert f"\n{match[1]}:" in makefile


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A checkout that is ready for the release 1.2.3, except for what is not there at all."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3\n\n- All of it.\n")
    (tmp_path / "dist").mkdir()
    for name in DISTRIBUTIONS:
        (tmp_path / "dist" / f"{name}-1.2.3-py3-none-any.whl").touch()
    return tmp_path


def _check(folder: Path, tag: str) -> tuple[int, str]:
    command = ["make", "--silent", "--old-file=setup", "--old-file=build", "release-check", f"TAG={tag}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.slow
def test_a_release_is_complete(release: Path) -> None:
    exit_code, said = _check(release, "v1.2.3")

    assert (exit_code == 0) == is_released()
    assert exit_code == 0 or said.startswith(
        "The template has changed since its last version: run make template-release"
    )


def test_a_release_of_another_version(release: Path) -> None:
    exit_code, said = _check(release, "v1.2.4")

    assert exit_code
    assert said.startswith("dist/ has no biot_plugin of version 1.2.4: set version in its pyproject.toml")


def test_a_release_without_a_heading(release: Path) -> None:
    (release / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3 (unreleased)\n")

    exit_code, said = _check(release, "v1.2.3")

    assert exit_code
    assert said.startswith("CHANGELOG.md has no heading '## 1.2.3'")
