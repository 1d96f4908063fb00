"""A plugin's code as its package has it, unpacked, with the interpreter of its own runtime."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.archive.shared_libraries import is_library
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.loading.image_code import write_code_of
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.plugin.repository import Plugin

if TYPE_CHECKING:
    from biot_emulator import Function

__all__ = ["RunnableCode", "content_of", "unpack"]

_STARTER = Path(__file__).parents[1] / "process" / "starter.py"
# Nothing of the environment's own programs, such as the scripts of installed packages.
_PATH = "/usr/local/bin:/usr/bin:/bin"
_MACHINES = frozenset(["x86_64", "AMD64"])


@dataclass(frozen=True, slots=True)
class RunnableCode:
    """Code that runs on this machine.

    Attributes:
        what: What it is, for people: `the commit 1f0c2a9b7d3e`.
        content_hash: Its content hash.
        commit: The commit that it was built of; None if it was not, or if that is unknown.
        plugin: The plugin with its manifest, in the folder that the code was unpacked to.
        python: Its interpreter.
        packages: The folders with the packages that Lambda's runtime brings.
    """

    what: str
    content_hash: str
    commit: str | None
    plugin: Plugin
    python: Path
    packages: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` says of it."""
        return {"what": self.what, "commit": self.commit, "contentHash": self.content_hash}

    def is_other(self, code: RunnableCode) -> bool:
        """Whether it does not run as another code does: by what is in it, or by its settings."""

        def identity(code: RunnableCode) -> tuple[object, ...]:
            manifest = code.plugin.manifest
            limits = (manifest.timeout, manifest.memory_size)
            return code.content_hash, manifest.runtime, manifest.handler, limits, dict(manifest.environment)

        return identity(self) != identity(code)

    def function(
        self, platform_variables: Mapping[str, str], variables: Mapping[str, str], temporary: Path
    ) -> Function:
        """Create the Lambda function of the code, in whose process things are held.

        Args:
            platform_variables: The environment variables that the platform sets.
            variables: Environment variables that take precedence over all others.
            temporary: The temporary folder of its process.
        """
        function = local_function(self.plugin, self.python, platform_variables, {"PATH": _PATH, **variables})
        return function._replace(isolated=True, starter=_STARTER, temporary=temporary, read_only=(self.plugin.root,))


def unpack(
    plugin: Plugin, content: bytes, folder: Path, *, here: Plugin, what: str, content_hash: str, commit: str | None
) -> RunnableCode:
    """Unpack a package so that it runs.

    Args:
        plugin: The plugin as the package was made of it.
        content: The zip file.
        folder: A new folder for it.
        here: The plugin in its repository, whose environment has an interpreter.
        what: What it is, for people.
        content_hash: Its content hash.
        commit: The commit that it was built of.

    Raises:
        OperationFailed: It cannot be unpacked, or this machine cannot run it.
    """
    from biot_emulator import EmulatorError
    from biot_emulator.runtime.code_archive import extract_code

    python = _interpreter(plugin, here, what)
    root = folder.resolve()
    root.mkdir()
    try:
        extract_code(content, root)
    except EmulatorError as error:
        raise OperationFailed(f"The package of {what} cannot be unpacked: {error}") from error
    _require_machine(root, what)
    packages = tuple(map(str, sorted((here.root / ".venv").glob("lib/python3*/site-packages"))))
    return RunnableCode(what, content_hash, commit, plugin.copied_to(root), python, packages)


def content_of(built: Package | Image, folder: Path, what: str) -> bytes:
    """Read what was built as a zip file.

    Args:
        built: The package; or the image, of which the own layers are taken.
        folder: Where to write it.
        what: What it is, for people.

    Raises:
        OperationFailed: It is an image that a container engine has built, or is too large.
    """
    if isinstance(built, Package):
        return built.path.read_bytes()
    file = folder / "code.zip"
    if built.builder == "layers" and write_code_of(built, file):
        return file.read_bytes()
    raise OperationFailed(
        f"The image of {what} cannot be replayed, as it needs what is in its base: set builder to layers in "
        "[tool.biot-plugin.image] of pyproject.toml, or replay in a branch that has it as a zip file"
    )


def _interpreter(plugin: Plugin, here: Plugin, what: str) -> Path:
    runtime = plugin.manifest.runtime
    if not runtime.startswith("python"):
        raise OperationFailed(f"The runtime of {what} is {runtime}, and replay runs plugins in Python only")
    if runtime == here.manifest.runtime:
        return here.python
    python = find_interpreter(runtime)
    if python is None:
        raise OperationFailed(f"The runtime of {what} is {runtime}, which this machine does not have: install it")
    return python


def _require_machine(root: Path, what: str) -> None:
    system, machine = platform.system(), platform.machine()
    if system == "Linux" and machine in _MACHINES:
        return
    if any(is_library(path.name) for path in root.rglob("*") if path.is_file()):
        raise OperationFailed(
            f"The package of {what} has libraries for x86_64 Linux, and this machine is {machine} {system}: replay "
            "where those run, for example in CI or in a container"
        )
