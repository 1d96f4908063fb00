"""The command lines of docker, podman and buildah: build and save an image.

They differ in words alone. None of them logs in, pulls with credentials of ours, or pushes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.engines.context import PLATFORM
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run

__all__ = ["ENGINES", "Engine", "EngineFailed", "find_engine"]

ENGINES = ("docker", "podman", "buildah")

_MAX_LINES = 60
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_NO_DAEMON = re.compile(
    r"Cannot connect to the Docker daemon|Is the docker daemon running|error during connect|"
    r"(?:docker|podman)\.sock|[Cc]annot connect to Podman|unable to connect to Podman"
)
# Where the engine is, where it keeps what it builds, and how it reaches registries: nothing of what it builds.
_PASSED = frozenset(
    [
        *(
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "DOCKER_CERT_PATH",
            "DOCKER_TLS_VERIFY",
            "DOCKER_API_VERSION",
        ),
        *("BUILDX_BUILDER", "BUILDX_CONFIG", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY"),
        *("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF", "REGISTRY_AUTH_FILE"),
        *("BUILDAH_ISOLATION", "STORAGE_DRIVER", "STORAGE_OPTS", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
    ]
)
_SET = {
    "BUILDKIT_PROGRESS": "plain",
    # An index with a statement of how an image was built is no image to Lambda.
    "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    "DOCKER_CLI_HINTS": "false",
    "NO_COLOR": "1",
}


class EngineFailed(OperationFailed):
    """An engine failed; what it printed follows the sentence that says so, on lines of its own."""

    code = "engine-failed"


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine.

    Attributes:
        name: Its name.
        program: Its program.
    """

    name: str
    program: Path

    def build(self, name: str, context: Path, dockerfile: Path, archive: Path) -> None:
        """Build an image, and save it.

        It stays in the engine under a name, as what is built there always does: the next build uses its layers.

        Args:
            name: The plugin's name.
            context: The folder with its files.
            dockerfile: The Dockerfile.
            archive: The file to save it to: an archive of Docker's or an OCI layout.

        Raises:
            EngineFailed: It cannot be built.
        """
        # The name alone could be another build's by now.
        id_file = archive.with_suffix(".id")
        options = ["--platform", PLATFORM, "--file", str(dockerfile), "--tag", _tag(name), "--iidfile", str(id_file)]
        build = ["build", *options, *_BUILD_OPTIONS[self.name], str(context)]
        self._run(build, archive.parent, "build the image", "fix what it says")
        image = id_file.read_text(encoding="ascii").strip()
        self._run(_save_command(self.name, image, archive.name), archive.parent, "save the image", "see what it says")

    def _run(self, arguments: Sequence[str], folder: Path, purpose: str, advice: str) -> None:
        try:
            process = run([self.program, *arguments], self._environment, folder)
        except OSError as error:
            raise EngineFailed(f"Cannot run {self.program} ({error.strerror}): install {self.name} again") from error
        if process.returncode == 0:
            return
        output = _clean(process.stdout + process.stderr)
        if _NO_DAEMON.search(output):
            raise EngineFailed(
                f"{self.name} has no engine that runs, or none that you may use: start it, or build without one, with "
                "--builder layers"
            )
        lines = output.splitlines()[-_MAX_LINES:]
        message = f"{self.name} could not {purpose} (exit code {process.returncode}): {advice}"
        raise EngineFailed("\n".join([message, *lines]))

    @property
    def _environment(self) -> Mapping[str, str]:
        return child_environment(_SET, more=_PASSED)


def find_engine(name: str) -> Engine:
    """Find an engine on PATH.

    Args:
        name: `docker`, `podman` or `buildah`; `engine` for the first of them that is there.

    Raises:
        OperationFailed: It is not there.
    """
    names = ENGINES if name == "engine" else (name,)
    for candidate in names:
        if program := shutil.which(candidate):
            return Engine(candidate, Path(program))
    missing = f"{name} is not installed" if name in ENGINES else f"None of {', '.join(ENGINES)} is installed"
    raise OperationFailed(f"{missing}: install one, or build without a container engine, with --builder layers")


_BUILD_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "docker": (),
    "podman": ("--format", "oci"),
    # The others remember layers by default.
    "buildah": ("--format", "oci", "--layers"),
}


def _tag(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"localhost/biot-plugin/{words or 'plugin'}:latest"


def _save_command(name: str, image: str, archive: str) -> list[str]:
    """Return the command that saves an image in the current folder, as a colon in a path would be misunderstood."""
    if name == "docker":
        return ["image", "save", "--output", archive, image]
    if name == "podman":
        return ["image", "save", "--format", "oci-archive", "--output", archive, image]
    return ["push", "--quiet", image, f"oci-archive:{archive}"]


def _clean(output: str) -> str:
    """Remove what controls a terminal; of a line that was written over, only the last state remains."""
    lines = _ESCAPE.sub("", output).replace("\r\n", "\n").split("\n")
    return "\n".join(shown for line in lines if (shown := line.rstrip("\r").rpartition("\r")[2].rstrip()))
