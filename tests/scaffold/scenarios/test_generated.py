"""What new-plugin makes passes its own tests, linter, formatter and type checker, whatever was chosen."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomllib
import yaml

from biot_plugin_cli.hooks.kinds import HookKind
from biot_plugin_cli.package.exclusions import exclusion
from tests.scaffold.support import CHECKOUT, Program, entries, program_file

HOOKS = [hook.value for hook in HookKind]
SUBSETS = [subset for size in range(1, len(HOOKS) + 1) for subset in itertools.combinations(HOOKS, size)]
THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"

#: This environment has plugins of pytest that take longer to load than the tests to run; a plugin's own has none.
FEW_PLUGINS = ("-p", "no:schemathesis", "-p", "no:xdist")

REPRESENTATIVE = [
    (tuple(HOOKS), "zip", "github"),
    (tuple(HOOKS), "image", "bitbucket"),
    *[((hook,), "zip", "none") for hook in HOOKS[::2]],
    *[((hook,), "image", "github") for hook in HOOKS[1::2]],
]


def _make(create: Program, folder: Path, hooks: tuple[str, ...], package: str, ci: str) -> Path:
    chosen = [argument for hook in hooks for argument in ("--hook", hook)]
    done = create(folder, *chosen, "--package", package, "--ci", ci, "--runtime", THIS, "--defaults")
    assert done.exit_code == 0, done.err
    return folder


def _check(plugin: Path, mypy_cache: Path) -> None:
    """Run the plugin's own checks, as its Makefile does, with the tools of this environment."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
    for command in (
        ["coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider", *FEW_PLUGINS],
        ["coverage", "report"],
        ["ruff", "check", "--no-cache"],
        ["ruff", "format", "--no-cache", "--check"],
        ["mypy", f"--cache-dir={mypy_cache}"],
    ):
        command[0] = str(program_file(command[0]))
        done = subprocess.run(command, cwd=plugin, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def _modules(hooks: tuple[str, ...]) -> list[str]:
    return sorted(hook.replace("-", "_") for hook in hooks)


def _look(plugin: Path, hooks: tuple[str, ...], package: str, ci: str) -> None:
    """See that the files are those that were asked for, and well formed."""
    modules = _modules(hooks)
    answers = ["answers"] if "notification" in hooks else []
    assert entries(plugin / "events") == sorted([*answers, *(f"{module}.json" for module in modules)])
    assert {f"{module}.py" for module in modules} <= {*entries(plugin / "hooks")}
    assert {f"test_{module}.py" for module in modules} <= {*entries(plugin / "tests")}
    assert len(entries(plugin / "tests")) - len(modules) == (plugin / "hooks" / "age.py").exists()
    assert (plugin / "Dockerfile").exists() == (plugin / ".dockerignore").exists() == (package == "image")
    assert (plugin / ".github").exists() == (ci == "github")
    assert (plugin / ".pre-commit-config.yaml").exists()
    (rule,) = tomllib.loads((plugin / ".taplo.toml").read_text(encoding="utf-8"))["rule"]
    assert (rule["include"], (plugin / rule["schema"]["path"]).is_file()) == (["pyproject.toml"], True)
    assert not (plugin / ".tools").exists()
    assert (plugin / "bitbucket-pipelines.yml").exists() == (ci == "bitbucket")
    for file in plugin.rglob("*"):
        if file.is_file() and ".git" not in file.parts:
            _look_at(file)


def _look_at(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\n"), file
    assert not text.endswith("\n\n"), file
    assert "\n\n\n\n" not in text, file
    assert all(line == line.rstrip() for line in text.splitlines()), file
    assert "{%" not in text, file
    assert "{{" not in text.replace("${{", ""), file
    if file.suffix == ".json":
        json.loads(text)
    if file.suffix == ".yml":
        yaml.safe_load(text)


@pytest.fixture(scope="session")
def mypy_cache() -> Path:
    """One for each process of the test run: what all plugins import is checked once."""
    return CHECKOUT / ".cache" / f"mypy-generated-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.mark.sampled(5)
@pytest.mark.slow
@pytest.mark.parametrize(("hooks", "package", "ci"), REPRESENTATIVE, ids=str)
def test_it_passes_its_own_checks(
    create: Program, tmp_path: Path, mypy_cache: Path, hooks: tuple[str, ...], package: str, ci: str
) -> None:
    plugin = _make(create, tmp_path / "demo", hooks, package, ci)

    _look(plugin, hooks, package, ci)
    _check(plugin, mypy_cache)


@pytest.mark.matrix
@pytest.mark.parametrize("hooks", SUBSETS, ids="+".join)
@pytest.mark.parametrize("package", ["zip", "image"])
@pytest.mark.parametrize("ci", ["github", "bitbucket", "none"])
def test_every_combination_passes_its_own_checks(
    create: Program, tmp_path: Path, mypy_cache: Path, hooks: tuple[str, ...], package: str, ci: str
) -> None:
    plugin = _make(create, tmp_path / "demo", hooks, package, ci)

    _look(plugin, hooks, package, ci)
    _check(plugin, mypy_cache)


@pytest.mark.sampled(3)
@pytest.mark.slow
@pytest.mark.parametrize("hook", HOOKS)
def test_its_tests_can_fail(create: Program, tmp_path: Path, hook: str) -> None:
    """A handler that does nothing does not pass."""
    plugin = _make(create, tmp_path / "demo", (hook,), "zip", "none")
    module = plugin / "hooks" / f"{hook.replace('-', '_')}.py"
    head, separator, _ = module.read_text(encoding="utf-8").rpartition('"""\n')
    body = "    return {}\n" if hook == "endpoint" else "    return None\n"
    module.write_text(head + separator + body, encoding="utf-8")

    done = subprocess.run(
        [program_file("pytest"), "-q", *FEW_PLUGINS], cwd=plugin, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("package", ["zip", "image"])
@pytest.mark.parametrize(
    ("ci", "file"), [("github", ".github/workflows/ci.yml"), ("bitbucket", "bitbucket-pipelines.yml")]
)
def test_the_pipeline_checks_tests_packages_and_deploys_what_is_tagged(
    create: Program, tmp_path: Path, ci: str, file: str, package: str
) -> None:
    create(tmp_path / "demo", "--defaults", "--ci", ci, "--package", package)
    pipeline = yaml.safe_load((tmp_path / "demo" / file).read_text(encoding="utf-8"))
    text = json.dumps(pipeline)
    assert "make check coverage package invoke" in text
    assert "make deploy" in text
    artefacts = ["dist/*.zip" if package == "zip" else "dist/*.tar", "dist/*.cdx.json"]
    if ci == "github":
        _look_at_workflow(pipeline, artefacts)
    else:
        assert pipeline["pipelines"]["default"][0]["step"]["artifacts"] == artefacts
        assert list(pipeline["pipelines"]) == ["default", "tags"]
        assert pipeline["definitions"]["caches"]["uv"] == {"key": {"files": ["uv.lock"]}, "path": ".cache/uv"}
        assert all(step["step"]["caches"] == ["uv"] for step in pipeline["pipelines"]["tags"]["*"])


def _look_at_workflow(workflow: dict[Any, Any], artefacts: list[str]) -> None:
    """See that a commit is checked once, that what is checked is kept, and that secrets are where they are needed."""
    assert workflow[True] == {"push": {"branches": ["main"], "tags": ["*"]}, "pull_request": None}
    assert workflow["permissions"] == {"contents": "read"}
    check, deploy = workflow["jobs"]["check"], workflow["jobs"]["deploy"]
    used = {step["uses"].partition("@")[0]: step["with"] for step in check["steps"] if "uses" in step}
    assert used["actions/cache"] == {"path": ".cache/uv", "key": "uv-${{ runner.os }}-${{ hashFiles('uv.lock') }}"}
    assert used["actions/upload-artifact"]["path"].split() == artefacts
    assert (deploy["if"], deploy["needs"]) == ("startsWith(github.ref, 'refs/tags/')", "check")
    sent = next(step for step in deploy["steps"] if step.get("run", "").startswith("make deploy"))
    assert sent["env"]["BIOT_PLUGIN_SERVICE_SECRET"] == "${{ secrets.BIOT_PLUGIN_SERVICE_SECRET }}"
    assert "secrets." not in json.dumps(check)


@pytest.mark.slow
def test_findings_are_shown_where_the_pipeline_shows_them(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults", "--runtime", THIS)

    def check(*variables: str) -> str:
        unset = ["env", "-u", "GITHUB_ACTIONS", "-u", "BITBUCKET_BUILD_NUMBER", *variables]
        command = [*unset, "make", "--dry-run", "--assume-old", "setup", "package"]
        shown = subprocess.run(command, cwd=tmp_path / "demo", capture_output=True, text=True, check=True).stdout
        return shown.partition("biot-plugin check")[2].partition("&&")[0].strip()

    assert check() == ""
    assert check("GITHUB_ACTIONS=true") == "--format github"
    report = check("BITBUCKET_BUILD_NUMBER=7")
    assert report == "--format junit --output dist/test-results/biot-plugin.xml"
    # Bitbucket looks for folders of this name, and nothing there is committed or packaged.
    assert exclusion(report.split()[-1])


@pytest.mark.slow
def test_the_updates_follow_the_pipeline(create: Program, tmp_path: Path) -> None:
    for ci in ("github", "bitbucket", "none"):
        create(tmp_path / ci, "--defaults", "--ci", ci)
        assert (tmp_path / ci / ".renovaterc.json").exists() == (ci == "bitbucket")
        assert (tmp_path / ci / ".github" / "dependabot.yml").exists() == (ci == "github")
    updates = yaml.safe_load((tmp_path / "github" / ".github" / "dependabot.yml").read_text(encoding="utf-8"))[
        "updates"
    ]
    assert [update["package-ecosystem"] for update in updates] == ["uv", "github-actions"]
    assert json.loads((tmp_path / "bitbucket" / ".renovaterc.json").read_text(encoding="utf-8"))["packageRules"]


@pytest.mark.slow
def test_no_file_about_the_repository_is_packaged(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults", "--ci", "bitbucket", "--runtime", "python3.10")

    files = [str(file.relative_to(tmp_path / "demo")) for file in (tmp_path / "demo").rglob("*") if file.is_file()]

    packaged = {name for name in files if not exclusion(name)}
    assert packaged == {"index.py", "hooks/__init__.py", "hooks/age.py", "hooks/pre_request.py"}
