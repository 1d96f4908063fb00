"""The life of an image plugin as somebody types it, in a fresh folder and an empty home: every step a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from biot_emulator.client import Client
from tests.faulty_registry import FaultyRegistry, faulty_registry
from tests.scaffold.packages import THIS, UV_CACHE, framework_wheel, make_wheel, uv_lock
from tests.scaffold.support import program_file

pytestmark = [pytest.mark.slow, pytest.mark.long(30)]

USER, PASSWORD = "me@example.org", "s3cret-of-tests"
PATIENT = {"_name": {"firstName": "Grace", "lastName": "Hopper"}, "mrn": "  K-117 "}


@dataclass
class User:
    """Somebody at a shell.

    Attributes:
        folder: The folder.
        home: The home, which is empty at first.
        registry: The platform and its registry, counting what they get.
    """

    folder: Path
    home: Path
    registry: FaultyRegistry

    def type(self, program: str, *arguments: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.pathsep.join([str(program_file("biot-plugin").parent), os.environ["PATH"]]),
            "HOME": str(self.home),
            "UV_CACHE_DIR": UV_CACHE,
            "BIOT_PLUGIN_BASE_URL": f"http://{self.registry.host}",
            "BIOT_PLUGIN_USERNAME": USER,
            "BIOT_PLUGIN_PASSWORD": PASSWORD,
        }
        command = [program if program == "make" else str(program_file(program)), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def run(self, *arguments: str) -> Any:
        return json.loads(self.type("biot-plugin", *arguments, "--json").stdout)

    def record_number(self) -> Any:
        client = Client(f"http://{self.registry.host}").log_in(USER, PASSWORD)
        reply = client.call("POST", "/organization/v1/users/patients", json=PATIENT)
        assert reply.status_code == 201, reply.body
        return reply.body["mrn"]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    """Somebody whose platform is an emulator that was started with nothing but an administrator."""
    process = subprocess.Popen(
        [program_file("biot-emulator"), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(tmp_path), "BIOT_EMULATOR_ADMIN": f"{USER}:{PASSWORD}"},
    )
    assert process.stdout
    try:
        line = next(line for line in process.stdout if line.startswith("listening on "))
        with faulty_registry(line.removeprefix("listening on http://").strip()) as registry:
            home = tmp_path / "home"
            home.mkdir()
            yield User(tmp_path, home, registry)
    finally:
        process.terminate()
        process.communicate()


def _without_an_index(folder: Path, wheels: Path) -> None:
    """Take the framework and a dependency from a folder, so that nothing is downloaded."""
    framework_wheel(wheels, whole=True)
    make_wheel(wheels, "helper", {"helper.py": "VALUE = 1\n", "data.txt": "".join(map(str, range(30_000)))})
    manifest = folder / "pyproject.toml"
    text = manifest.read_text()
    text = re.sub(r"\[dependency-groups\].*?(?=\[tool\.uv\])", "", text, flags=re.DOTALL)
    text = re.sub(
        r"(?:# The framework is on no package index[^\n]*\n)?\[tool\.uv\.sources\].*?\n(?=\[)",
        "",
        text,
        flags=re.DOTALL,
    )
    text = text.replace("[tool.uv]\n", f'[tool.uv]\nno-index = true\nfind-links = ["{wheels}"]\n')
    text = text.replace('dependencies = ["biot-plugin"]', 'dependencies = ["biot-plugin", "helper"]')
    # What somebody sets whose base is no registry's.
    text = text.replace("[project]", '[tool.biot-plugin.image]\nbase = "scratch"\n\n[project]')
    manifest.write_text(text)
    (folder / ".venv").symlink_to(sys.prefix)
    uv_lock(folder)


def test_an_image_plugin_lives_its_whole_life(user: User, tmp_path: Path) -> None:
    user.type("new-plugin", "first", "--package", "image", "--runtime", THIS, "--hook", "pre-request", "--defaults")
    user.folder = tmp_path / "first"
    _without_an_index(user.folder, tmp_path / "wheels")
    assert user.record_number() == "  K-117 "

    _looks_around(user)
    said = user.type("biot-plugin", "deploy", "--yes")
    assert "Deployed first as version 1" in said.stdout
    assert user.record_number() == "K-117"
    assert user.run("status")["deploymentPackageType"] == "IMAGE"

    whole = user.registry.bytes_received
    module = user.folder / "hooks" / "pre_request.py"
    module.write_text(module.read_text().replace("number.strip()", "number.strip().lower()"))
    changed = user.run("deploy", "--yes")
    assert (changed["version"], user.record_number()) == (2, "k-117")
    # Only the small layer and the configuration.
    assert changed["image"]["bytesSent"] == user.registry.bytes_received - whole < 10_000 < whole

    before = len(user.registry.requests)
    assert "Nothing to do for first" in user.type("biot-plugin", "deploy", "--yes").stderr
    assert not [request for request in user.registry.requests[before:] if request.path.startswith("/v2/plugins/")]

    back = user.run("rollback", "--yes")
    assert (back["version"], back["codeOf"], user.record_number()) == (3, 1, "K-117")
    assert user.run("delete", "--yes") == {"name": "first"}
    assert user.record_number() == "  K-117 "
    # No credentials are left anywhere.
    assert not [path for path in user.home.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert not (user.home / ".docker").exists()


def _looks_around(user: User) -> None:
    """Type what changes nothing."""
    checked = user.run("check")
    assert {finding["code"] for finding in checked["findings"]} == {"image-entry-point-missing"}
    config = user.run("config")
    assert (config["deploymentPackageType"], "runtime" in config, "handler" in config) == ("IMAGE", False, False)
    returned = user.type("biot-plugin", "invoke", "events/pre_request.json").stdout
    assert '+    "mrn": "K-117"' in returned
    refused = user.type("biot-plugin", "package", exit_code=4)
    assert "biot-plugin image build" in refused.stderr
    built = user.run("image", "build", "-o", "image.tar")
    shown = user.run("image", "inspect", _kept_by_the_pipeline(user))
    assert shown["digest"] == built["digest"] == user.run("image", "inspect")["digest"]
    assert user.registry.bytes_received == 0


def _kept_by_the_pipeline(user: User) -> str:
    """Package as the pipeline does; give the image among the files that it keeps, which are all that it has built."""
    text = (user.folder / ".github" / "workflows" / "ci.yml").read_text()
    steps = yaml.safe_load(text)["jobs"]["check"]["steps"]
    (targets,) = (step["run"].split() for step in steps if step.get("run", "").startswith("make "))
    assert "package" in targets
    user.type("make", "--old-file=setup", "package")
    (patterns,) = (step["with"]["path"].split() for step in steps if "upload-artifact" in step.get("uses", ""))
    kept = sorted(str(path.relative_to(user.folder)) for pattern in patterns for path in user.folder.glob(pattern))
    assert kept == ["dist/first.cdx.json", "dist/first.tar"]
    return kept[1]
