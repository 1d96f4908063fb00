"""A base image made of this machine's Python, with pip and AWS's runtime client, in a registry on this machine."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring.environments import UV
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from biot_plugin_cli.registry.push import push_image

PROGRAM = Path(sys.executable).resolve()
STANDARD = Path(sysconfig.get_path("stdlib"))
TOOLS = Path("/opt/tools")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LEFT_OUT = frozenset({"test", "__pycache__", "idlelib", "ensurepip", "lib2to3", "site-packages", "turtledemo"})
CONFIGURATION = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "{host}"}}
"""


class BaseImage(NamedTuple):
    """What `push_image` takes."""

    manifest: Manifest
    config: Blob
    layers: tuple[Blob, ...]


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry without TLS; yields its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    folder.mkdir()
    (folder / "config.yml").write_text(CONFIGURATION.format(folder=folder / "storage", host=host))
    command = ["docker-registry", "serve", str(folder / "config.yml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, int(host.partition(":")[2]))
        yield host
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise RuntimeError("docker-registry does not start")


def push_base(host: str, folder: Path) -> str:
    """Makes the base and pushes it; returns its reference."""
    layer = _layer(folder)
    blob = Blob.from_bytes(gzip.compress(layer, mtime=0), OCI_LAYER)
    container = {
        "Entrypoint": [str(PROGRAM), "-m", "awslambdaric"],
        "Env": [
            f"PATH={PROGRAM.parent}:/usr/bin:/bin",
            f"PYTHONPATH={TOOLS}",
            f"PIP_CERT={CERTIFICATES}",
            f"SSL_CERT_FILE={CERTIFICATES}",
            "LAMBDA_TASK_ROOT=/var/task",
            "PYTHONDONTWRITEBYTECODE=1",
        ],
        "WorkingDir": "/var/task",
    }
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": container,
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
        "history": [{"created_by": "base"}],
    }
    config_blob = Blob.from_bytes(json.dumps(config).encode(), OCI_CONFIG)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config_blob.descriptor.dump(),
        "layers": [blob.descriptor.dump()],
    }
    image = BaseImage(Manifest.parse(json.dumps(manifest).encode()), config_blob, (blob,))
    with Registry(host) as client:
        push_image(client, "python", "1", image)
    return f"{host}/python@{image.manifest.digest}"


def _layer(folder: Path) -> bytes:
    tools = folder / "tools"
    command = [str(UV), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(tools)]
    subprocess.run([*command, "pip", "awslambdaric"], check=True)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as archive:
        archive.add(PROGRAM, str(PROGRAM)[1:])
        archive.add(STANDARD, str(STANDARD)[1:], filter=_needed)
        archive.add(tools, str(TOOLS)[1:])
        archive.add(ssl.get_default_verify_paths().cafile or CERTIFICATES, CERTIFICATES[1:])
        for file in _libraries(tools):
            archive.add(file, str(file)[1:])
        for name, mode in (("tmp", 0o1777), ("var/task", 0o755)):
            member = tarfile.TarInfo(name)
            member.type, member.mode = tarfile.DIRTYPE, mode
            archive.addfile(member)
    shutil.rmtree(tools)
    return buffer.getvalue()


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = member.name.split("/")
    unneeded = not LEFT_OUT.isdisjoint(parts) or any(part.startswith("config-") for part in parts)
    return None if unneeded or member.name.endswith(".a") else member


def _libraries(tools: Path) -> set[Path]:
    """What the programs and modules are linked with."""
    linked = [PROGRAM, *STANDARD.glob("lib-dynload/*.so"), *tools.rglob("*.so")]
    listed = subprocess.run(["ldd", *map(str, linked)], capture_output=True, text=True, check=False).stdout.split()
    return {Path(word) for word in listed if word.startswith("/") and not word.endswith(":")}
