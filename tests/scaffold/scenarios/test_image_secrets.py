"""The credentials of a push are nowhere but in memory: looked for in processes, files and output."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from tests.faulty_registry import Fault, FaultyRegistry, respond
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image
from tests.scaffold.support import program_file

pytestmark = [pytest.mark.slow, pytest.mark.long(15)]

REFUSED = respond(401, {"errors": [{"code": "UNAUTHORIZED", "message": "expired"}]}, www_authenticate='Basic realm="x"')


class Secrets:
    """What must not be anywhere, as it goes by, and where it was seen.

    Attributes:
        values: The secrets.
        seen: Where they were.
        looks: How often processes were looked at while there were secrets.
    """

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.seen: set[str] = set()
        self.looks = 0

    def learn(self, response: bytes) -> bytes:
        """Read the secrets of a response of the platform or of the exchange."""
        document = json.loads(response.partition(b"\r\n\r\n")[2])
        credentials = document.get("credentials", {})
        self.values |= {credentials[name] for name in ("secretAccessKey", "sessionToken") if name in credentials}
        for authorization in document.get("authorizationData", ()):
            token = authorization["authorizationToken"]
            self.values |= {token, base64.b64decode(token).decode().partition(":")[2]}
        return response

    def look(self, response: bytes) -> bytes:
        """Look at every process."""
        self.looks += bool(self.values)
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    content = (process / name).read_bytes()
                except OSError:
                    continue
                self.find(content, f"{name} of a process")
        return response

    def find(self, content: bytes, place: str) -> None:
        if any(value.encode() in content for value in self.values):
            self.seen.add(place)


@pytest.fixture
def secrets(registry: FaultyRegistry) -> Secrets:
    secrets = Secrets()
    registry.faults = [
        Fault("GET", "temp-credentials", 99, change=secrets.learn),
        Fault("POST", "^/$", 99, change=secrets.learn),
        Fault("HEAD", "/v2/", 99, change=secrets.look),
        Fault("PUT", "/v2/|/settings/", 99, change=secrets.look),
    ]
    return secrets


def files(*folders: Path) -> Iterator[Path]:
    yield from (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.parametrize("fails", [False, True])
def test_no_secret_is_in_a_process_a_file_or_what_is_printed(
    plugin: Repository,
    emulator: Emulator,
    registry: FaultyRegistry,
    secrets: Secrets,
    tmp_path: Path,
    *,
    fails: bool,
) -> None:
    as_image(plugin)
    if fails:
        registry.faults.insert(0, Fault("POST", "/blobs/uploads", 99, response=REFUSED))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = [str(program_file("biot-plugin")), "--debug"]
    outputs = []
    for command in (["deploy", "--yes", "--json"], ["image", "push", "--json"], ["status"], ["rollback", "--yes"]):
        done = subprocess.run(
            [*program, *command],
            cwd=plugin.root,
            env={**os.environ, "TMPDIR": str(temporary)},
            capture_output=True,
            check=False,
        )
        outputs.append(done)
    assert (outputs[0].returncode == 0) is not fails, outputs[0].stderr.decode()
    token = re.search(r"Bearer (\S+)", str([request.headers for request in registry.requests]))
    assert token
    secrets.values.add(token[1].strip("'"))
    assert len(secrets.values) > 4
    assert secrets.looks > 0
    for done in outputs:
        secrets.find(done.stdout + done.stderr, f"output of {done.args[2]}")
    for path in files(plugin.root, Path(os.environ["HOME"]), temporary):
        secrets.find(path.read_bytes(), str(path))
    assert secrets.seen == set()
    assert not [path for path in Path(os.environ["HOME"]).iterdir() if path.name in (".docker", ".aws")]
