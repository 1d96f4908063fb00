"""Images made without an engine, read by tools that are not ours, and run by AWS's runtime client."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.registries import docker_registry, make_image
from tests.scaffold.images import image_plugin, push_base
from tests.scaffold.packages import THIS, Repository

PYTHON = Path("/usr/bin") / THIS
needs_tools = pytest.mark.skipif(
    not (shutil.which("skopeo") and shutil.which("umoci") and PYTHON.exists() and os.geteuid() == 0),
    reason=f"skopeo, umoci, Debian's {THIS} and root are needed",
)


def _debian_python() -> bytes:
    """A tar archive of this machine's Python with what it is linked with, and nothing else."""
    buffer = io.BytesIO()
    library = Path("/usr/lib") / THIS
    leave_out = {"test", "__pycache__", "idlelib", "ensurepip", "lib2to3", "config-3.11-x86_64-linux-gnu"}
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as archive:
        archive.add(PYTHON, str(PYTHON).lstrip("/"))
        archive.add(
            library,
            str(library).lstrip("/"),
            filter=lambda member: None if leave_out & set(member.name.split("/")) else member,
        )
        for file in _linked():
            archive.add(file, str(file).lstrip("/"))
    return buffer.getvalue()


def _linked() -> set[Path]:
    files = [PYTHON, *(Path("/usr/lib") / THIS / "lib-dynload").glob("*.so")]
    output = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    more = {word for line in output.splitlines() for word in line.split() if word.startswith("/") and ":" not in word}
    # Those of the runtime client's module.
    system = Path("/usr/lib/x86_64-linux-gnu")
    names = ("libgcc_s", "libstdc++", "libpthread", "librt", "libdl", "libm", "libresolv")
    own = {Path("/lib/x86_64-linux-gnu") / file.name for name in names for file in system.glob(f"{name}.so.*[0-9]")}
    return {Path(word) for word in more} | own


@pytest.mark.matrix
@needs_tools
@pytest.mark.slow
def test_other_tools_read_an_image_and_its_handler_runs(repository: Repository, tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry", tls=False, login=False) as registry:
        base = push_base(registry, make_image(_debian_python()), "python")
        # The runtime client comes from the package index.
        manifest = repository.root / "pyproject.toml"
        manifest.write_text(manifest.read_text().replace("no-index = true", "no-index = false"))
        repository.write("index.py", "def handler(event, context):\n    return {'answer': event['question'] * 2}\n")
        image_plugin(repository, base=base)
        done = repository.program("image", "build", "--json", "-o", tmp_path / "layout")
    if "package index" in done.err:
        pytest.skip("the package index cannot be reached")
    assert done.exit_code == 0, done.err
    tag = done.document["tag"]

    shown = json.loads(_run("skopeo", "inspect", f"oci:{tmp_path}/layout:{tag}"))
    assert shown["Digest"] == done.document["digest"]
    _run("skopeo", "copy", "--insecure-policy", f"oci:{tmp_path}/layout:{tag}", f"oci:{tmp_path}/copy:1")
    _run("umoci", "unpack", "--image", f"{tmp_path}/copy:1", tmp_path / "bundle")

    container = {name: done.document[name] for name in ("entryPoint", "command", "workingDirectory", "environment")}
    assert _invoke(tmp_path / "bundle" / "rootfs", container, {"question": 21}) == {"answer": 42}


def _run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _invoke(root: Path, container: dict[str, object], event: dict[str, object]) -> object:
    """Run the entry point in the unpacked files, and be Lambda's Runtime API for one event."""
    answers: list[bytes] = []
    done = threading.Event()

    class RuntimeApi(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if answers:
                done.wait(30)
            body = json.dumps(event).encode()
            self.send_response(200)
            for name, text in {
                "Lambda-Runtime-Aws-Request-Id": "1",
                "Lambda-Runtime-Deadline-Ms": "9999999999999",
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:demo",
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            answers.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()
            answered.set()

        def log_message(self, format: str, *args: object) -> None: ...

    answered = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    environment = {
        **dict(container["environment"]),  # type: ignore[call-overload]
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
    }
    command = [*container["entryPoint"], *container["command"]]  # type: ignore[misc]
    start = "import os, sys; os.chroot(sys.argv[1]); os.chdir(sys.argv[2]); os.execv(sys.argv[3], sys.argv[3:])"
    process = subprocess.Popen(
        [sys.executable, "-c", start, str(root), str(container["workingDirectory"]), *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        has_answered = answered.wait(30)
    finally:
        process.kill()
        done.set()
        output = process.communicate()[0]
        server.shutdown()
        server.server_close()
        thread.join()
    assert has_answered, output
    return json.loads(answers[0])
