"""The image that the documentation describes: built from its own Dockerfile, started and called."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import ADA, PATIENTS
from tests.outside_lambda.python_image import make_root
from tests.outside_lambda.servers import wait_for
from tests.scaffold.own_url.https import free_port
from tests.scaffold.packages import framework_wheel

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("buildah") is None, reason="this machine has no buildah, which builds the image"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may change into the root of the image"),
]

PAGE = Path(__file__).parents[2] / "docs" / "outside-lambda.md"
BASE = "localhost/python"
SECONDS = 30
CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin") or "chroot"
INDEX = """
import os
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients")
def mark(event):
    print("called")
    event.body["user"], event.body["files"] = os.getuid(), sorted(os.listdir("."))
handler = plugin.handler
"""


@dataclass(frozen=True)
class Image:
    """An image that was built."""

    root: Path
    config: dict[str, Any]

    @contextmanager
    def run(self, port: int, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
        """Run the image's command in its root, as its user, until it is asked to end."""
        [user] = re.findall(rf"^{self.config['User']}:x:(\d+:\d+)", (self.root / "etc/passwd").read_text(), re.M)
        environment = dict(entry.split("=", 1) for entry in self.config["Env"])
        inner = f'cd {self.config["WorkingDir"]} && exec "$@"'
        arguments = [str(port) if argument == "8080" else argument for argument in self.config["Cmd"]]
        with subprocess.Popen(
            [CHROOT, f"--userspec={user}", self.root, "/bin/sh", "-c", inner, "sh", *arguments],
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                wait_for(port, process)
                assert process.poll() is None
                yield process
            finally:
                process.kill()


def buildah(folder: Path, *arguments: object) -> str:
    store = ["--storage-driver", "vfs", "--root", folder / "store", "--runroot", folder / "run"]
    command = [str(part) for part in ("buildah", *store, *arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def package(file: Path) -> None:
    """Write a package: a file of the plugin, and the framework."""
    file.parent.mkdir()
    wheel = framework_wheel(file.parent.parent / "wheels", whole=True)
    with zipfile.ZipFile(wheel.rename(file), "a") as archive:
        archive.writestr("index.py", INDEX)


@pytest.fixture
def image(tmp_path: Path) -> Iterator[Image]:
    context = tmp_path / "plugin"
    context.mkdir()
    (context / ".env").write_text("KEY=secret\n")
    package(context / "dist" / "my-plugin.zip")
    [text, _] = re.findall(r"```dockerfile\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (context / "Dockerfile.server").write_text(re.sub(r"^FROM python:\S+", f"FROM {BASE}", text, flags=re.MULTILINE))
    make_root(tmp_path / "root")
    (tmp_path / "Base").write_text("FROM scratch\nCOPY root /\nENV PATH=/usr/bin\n")
    build = ("build", "--isolation", "chroot", "--quiet")
    try:
        buildah(tmp_path, *build, "--tag", BASE, "--file", "Base", ".")
        buildah(tmp_path, *build, "--tag", "built", "--file", context / "Dockerfile.server", context)
        container = buildah(tmp_path, "from", "--pull-never", "built")
        inspected = json.loads(buildah(tmp_path, "inspect", container))
        yield Image(Path(buildah(tmp_path, "mount", container)), inspected["OCIv1"]["config"])
    finally:
        # Several copies of Python, which nobody looks at afterwards.
        for folder in ("root", "store", "run"):
            shutil.rmtree(tmp_path / folder, ignore_errors=True)


@pytest.mark.matrix
def test_the_image_of_the_documentation_runs_the_package(image: Image) -> None:
    port = free_port()
    with running() as emulator, image.run(port, {"BIOT_BASE_URL": emulator.url}) as process:
        url = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{url}/healthz", timeout=SECONDS) as response:
            assert response.status == 200
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(urllib.request.Request(url, b"{}", {"hooktype": "INTERCEPTOR_PRE"}), timeout=SECONDS)
        assert json.loads(refusal.value.read())["code"] == "JWT_ERROR"
        refusal.value.close()
        patient = create(emulator, url)
        assert patient["user"] > 0
        assert not {".env", "dist", "package.zip"} & set(patient["files"])
        process.terminate()
        output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode in {0, -15}
    assert "called" in output.splitlines()


def create(emulator: Emulator, url: str) -> dict[str, Any]:
    body = {"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}", "endpoint": url}
    assert emulator.call("POST", "/dispatcher/v1/hooks/interceptions/subscribe", json=body).status_code == 201
    made = emulator.call("POST", PATIENTS, json=ADA)
    assert made.status_code == 201, made.body
    patient: dict[str, Any] = made.body
    return patient


def test_the_image_has_the_same_python_as_new_plugins() -> None:
    """A package is made for one version of Python, so all stages have the same one."""
    versions = re.findall(r"^FROM python:(\S+)", PAGE.read_text(), re.MULTILINE)
    assert len(versions) == 2
    assert len(set(versions)) == 1
