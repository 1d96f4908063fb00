"""`make setup`, of this project and of a plugin, and the commands that download, behind a company's proxy."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.processes.certificates import STORES
from biot_plugin_cli.template.creation.lock_file import lock_dependencies
from tests.scaffold.intercepting_proxy import InterceptingProxy, intercepting
from tests.scaffold.packages import THIS, UV, make_wheel, path_without
from tests.scaffold.support import CHECKOUT, Program

TEMPLATE = CHECKOUT / "templates" / "plugin" / "template"
STORE = next((store for store in STORES if Path(store).is_file()), "")
SETTINGS = re.compile(r"^# The certificates that.*?^endif\n(?:ifneq|unexport|export)", re.MULTILINE | re.DOTALL)

PYPROJECT = """[project]
name = "demo"
version = "0"
dependencies = ["tiny"]
"""

BACKEND = """import pathlib, zipfile


def build_editable(folder, settings=None, metadata=None):
    name = pathlib.Path.cwd().name
    with zipfile.ZipFile(pathlib.Path(folder, f"{name}-0-py3-none-any.whl"), "w") as wheel:
        about = f"{name}-0.dist-info"
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 0\\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{about}/RECORD", "")
    return f"{name}-0-py3-none-any.whl"
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterceptingProxy]:
    """A proxy whose index has a uv, which runs the real one, and something to install."""
    with intercepting(tmp_path_factory.mktemp("proxy")) as proxy:
        make_wheel(proxy.wheels, "tiny")
        make_wheel(proxy.wheels, "uv", {}, version="99.0", scripts={"uv": f'#!/bin/sh\nexec "{UV}" "$@"\n'})
        yield proxy


@pytest.fixture
def machine(proxy: InterceptingProxy, tmp_path: Path) -> dict[str, str]:
    """The environment of a user who is behind the proxy, and has configured nothing else."""
    (tmp_path / "home").mkdir()
    proxy.requests.clear()
    return {
        "PATH": path_without("uv", "uvx"),
        "HOME": str(tmp_path / "home"),
        "HTTPS_PROXY": proxy.url,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "UV_HTTP_RETRIES": "0",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "copy",
        "UV_NO_CACHE": "1",
    }


@pytest.fixture
def plugin(create: Program, tmp_path: Path) -> Path:
    """A plugin that needs nothing but what the index has."""
    assert create(tmp_path / "plugin", "--defaults", "--runtime", THIS).exit_code == 0
    (tmp_path / "plugin" / "pyproject.toml").write_text(f'{PYPROJECT}\n[tool.biot-plugin]\nruntime = "{THIS}"\n')
    return tmp_path / "plugin"


@pytest.fixture
def project(tmp_path: Path, proxy: InterceptingProxy) -> Path:
    """This project, with its Makefile, and next to nothing in it."""
    folder = tmp_path / "project"
    for name in ("framework", "emulator", "scaffold"):
        (folder / name).mkdir(parents=True)
        (folder / name / "backend.py").write_text(BACKEND)
        build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        (folder / name / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "0"\n\n{build}')
    digest = hashlib.sha256((proxy.wheels / "tiny-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    (folder / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    (folder / "pyproject.toml").touch()
    shutil.copy(CHECKOUT / "Makefile", folder)
    return folder


def _setup(folder: Path, environment: dict[str, str], *, store: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `make setup`, on a machine of which a file may be the store of certificates."""
    command = ["make", "setup", f"PYTHON={sys.executable}"] if folder.name == "project" else ["make", "setup"]
    if store:
        mount = f'mount --bind "{store}" "{STORE}" && exec "$@"'
        command = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh", *command]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _require_namespaces() -> None:
    command = ["unshare", "--mount", "--map-root-user", "true"]
    if not STORE or not shutil.which("unshare") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nobody may replace the system's certificates for one process here")


def _assert_installed(folder: Path, proxy: InterceptingProxy) -> None:
    assert list(folder.glob(".venv/lib/*/site-packages/tiny.py"))
    assert {"/files/uv-99.0-py3-none-any.whl", "/files/tiny-1.0-py3-none-any.whl"} <= {*proxy.requests}


@pytest.mark.slow
def test_a_plugin_trusts_what_the_system_trusts(
    plugin: Path, proxy: InterceptingProxy, machine: dict[str, str]
) -> None:
    _require_namespaces()

    done = _setup(plugin, machine, store=proxy.authority)

    assert done.returncode == 0, done.stderr
    _assert_installed(plugin, proxy)


@pytest.mark.matrix
@pytest.mark.slow
def test_a_plugin_trusts_what_a_variable_names(plugin: Path, proxy: InterceptingProxy, machine: dict[str, str]) -> None:
    done = _setup(plugin, machine | {"REQUESTS_CA_BUNDLE": str(proxy.authority)})

    assert done.returncode == 0, done.stderr
    _assert_installed(plugin, proxy)


@pytest.mark.slow
def test_nobody_trusts_an_unknown_proxy(plugin: Path, proxy: InterceptingProxy, machine: dict[str, str]) -> None:
    done = _setup(plugin, machine)

    assert done.returncode != 0
    assert "where a proxy has a certificate of its own, SSL_CERT_FILE names it" in done.stderr
    assert proxy.requests == []


@pytest.mark.matrix
@pytest.mark.slow
def test_this_project_trusts_what_the_system_trusts(
    project: Path, proxy: InterceptingProxy, machine: dict[str, str]
) -> None:
    _require_namespaces()

    done = _setup(project, machine, store=proxy.authority)

    assert done.returncode == 0, done.stderr
    _assert_installed(project, proxy)


@pytest.mark.sampled(4)
@pytest.mark.slow
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"])
def test_a_new_plugin_is_locked_through_the_proxy(
    plugin: Path, proxy: InterceptingProxy, machine: dict[str, str], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(variable, str(proxy.authority))

    assert lock_dependencies(plugin, plugin.parent / "elsewhere", THIS) is None

    assert 'name = "tiny"' in (plugin / "uv.lock").read_text()
    assert "/simple/tiny/" in proxy.requests


def test_both_makefiles_trust_the_same() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (CHECKOUT / "Makefile", TEMPLATE / "Makefile.jinja")]

    first, second = (match[0] for text in texts if (match := SETTINGS.search(text)))

    assert first.rpartition("endif\n")[0] == second.rpartition("endif\n")[0]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, f"|{STORE}|1"),
        ({"SSL_CERT_FILE": "/a b"}, "/a b|/a b|"),
        ({"REQUESTS_CA_BUNDLE": "/a"}, "/a|/a|"),
        ({"CURL_CA_BUNDLE": "/a"}, "/a|/a|"),
        ({"PIP_CERT": "/a"}, "/a|/a|"),
        ({"SSL_CERT_FILE": "/a", "PIP_CERT": "/b", "UV_SYSTEM_CERTS": "0"}, "/a|/b|0"),
        ({"UV_SYSTEM_CERTS": "false"}, f"|{STORE}|false"),
    ],
    ids=str,
)
@pytest.mark.skipif(not STORE, reason="this system has no file of certificates")
def test_what_the_user_says_comes_first(tmp_path: Path, variables: dict[str, str], expected: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    show = 'show: ; @echo "$$SSL_CERT_FILE|$$PIP_CERT|$$UV_SYSTEM_CERTS"'
    command = ["make", "--silent", f"--file={TEMPLATE / 'Makefile.jinja'}", f"--eval={show}", "show"]

    environment = {"PATH": os.environ["PATH"], **variables}
    shown = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert shown.stdout == f"{expected}\n"
