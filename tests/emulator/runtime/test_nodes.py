from __future__ import annotations

from pathlib import Path

import pytest

from biot_emulator import SandboxUnavailable
from biot_emulator.runtime import nodes
from biot_emulator.runtime.nodes import NODE_RUNTIMES, find_node, installed_node_runtimes

MANAGERS = {
    ".nvm": "versions/node/v{}/bin",
    ".local/share/fnm": "node-versions/v{}/installation/bin",
    ".volta": "tools/image/node/{}/bin",
    ".asdf": "installs/nodejs/{}/bin",
    ".local/share/mise": "installs/node/{}/bin",
    ".nodenv": "versions/{}/bin",
}


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Node.js."""
    monkeypatch.setattr(nodes, "_probed", {})
    monkeypatch.setattr(nodes, "_chosen", {})
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("NVM_DIR", "FNM_DIR", "VOLTA_HOME", "ASDF_DATA_DIR", "MISE_DATA_DIR", "NODENV_ROOT", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("N_PREFIX", "HOMEBREW_PREFIX"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    return tmp_path


def install(folder: Path, version: str, name: str = "node") -> Path:
    """Put a program there that says that it is this version."""
    folder.mkdir(parents=True, exist_ok=True)
    node = folder / name
    node.write_text(f"#!/bin/sh\necho {version}; echo {node}\n")
    node.chmod(0o755)
    return node


def test_without_any_node_js_one_sentence_says_what_to_install() -> None:
    with pytest.raises(
        SandboxUnavailable, match=r"No Node\.js was found on this machine: install Node\.js 20, so that"
    ):
        find_node("nodejs20.x")
    assert installed_node_runtimes() == []


@pytest.mark.parametrize("runtime", ["nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs12.x", "nodejs14.x"])
def test_a_runtime_that_lambda_has_no_more_is_refused(machine: Path, runtime: str) -> None:
    install(machine / "bin", "20.1.0")
    with pytest.raises(SandboxUnavailable, match=rf"no functions with {runtime} any more: choose nodejs16.x, .* or"):
        find_node(runtime)


@pytest.mark.parametrize(
    "runtime", ["nodejs17.x", "nodejs26.x", "nodejs20", "nodejs20.x ", "nodejs020.x", "nodejs20.y"]
)
def test_a_runtime_that_lambda_never_had_is_refused(machine: Path, runtime: str) -> None:
    install(machine / "bin", "20.1.0")
    with pytest.raises(SandboxUnavailable, match=r"Lambda has no runtime .*: choose nodejs16\.x, "):
        find_node(runtime)


@pytest.mark.parametrize(
    ("installed", "nearest"),
    [
        (["18.1.0"], [18, 18, 18, 18, 18]),
        (["16.1.0", "20.1.0"], [16, 20, 20, 20, 20]),
        (["22.1.0", "18.1.0", "25.0.0"], [18, 18, 22, 22, 25]),
        ([f"{major}.9.9" for major in (24, 22, 20, 18, 16)], [16, 18, 20, 22, 24]),
    ],
)
def test_the_nearest_version_stands_in_for_one_that_is_not_there(
    machine: Path, installed: list[str], nearest: list[int]
) -> None:
    for version in installed:
        install(machine / ".nvm/versions/node" / f"v{version}" / "bin", version)
    found = [find_node(runtime) for runtime in NODE_RUNTIMES]
    assert [int(node.version.partition(".")[0]) for _, node in found] == nearest
    for (path, node), runtime in zip(found, NODE_RUNTIMES, strict=True):
        assert (node.runtime, f"v{node.version}" in path.parts) == (runtime, True)
        if node.version.startswith(f"{node.major}."):
            assert node.notice is None
        else:
            assert node.notice == (
                f"{runtime} is run by Node.js {node.version}, the nearest to it on this machine: "
                f"install Node.js {node.major} to have the same"
            )


@pytest.mark.parametrize("manager", MANAGERS)
def test_what_version_managers_have_installed_is_found(machine: Path, manager: str) -> None:
    install(machine / "bin", "18.1.0")
    node = install(machine / manager / MANAGERS[manager].format("22.3.4"), "22.3.4")
    assert find_node("nodejs22.x")[0] == node
    assert installed_node_runtimes() == ["nodejs18.x", "nodejs22.x"]


def test_names_with_a_version_are_found(machine: Path) -> None:
    install(machine / "bin", "20.1.0", "nodejs")
    node = install(machine / "bin", "16.1.0", "node16")
    assert find_node("nodejs16.x")[0] == node


def test_what_does_not_run_is_older_or_is_no_node_js_is_passed_over(machine: Path) -> None:
    install(machine / "bin", "14.21.3")
    (broken := install(machine / "bin", "", "nodejs")).write_text("#!/bin/sh\nexit 1\n")
    (other := install(machine / "bin", "", "node20")).write_text("#!/bin/sh\necho 20 of something else\n")
    with pytest.raises(SandboxUnavailable, match=r"No Node\.js"):
        find_node("nodejs20.x")
    good = install(machine / ".volta/tools/image/node/18.0.0/bin", "18.0.0")
    assert find_node("nodejs20.x")[0] == good
    assert {broken.exists(), other.exists()} == {True}


def test_what_is_installed_meanwhile_is_found_when_a_plugin_is_deployed(machine: Path) -> None:
    install(machine / "bin", "18.1.0")
    assert find_node("nodejs20.x")[1].version == "18.1.0"
    better = install(machine / ".nodenv/versions/20.1.0/bin", "20.1.0")
    assert find_node("nodejs20.x")[1].version == "18.1.0"
    assert find_node("nodejs20.x", again=True) == find_node("nodejs20.x")
    assert find_node("nodejs20.x")[0] == better
    better.unlink()
    assert find_node("nodejs20.x")[1].version == "18.1.0"
