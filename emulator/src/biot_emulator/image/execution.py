"""How an unpacked image is run: by what is in it, or by this machine's Python, or not at all."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.image.documents import Config
from biot_emulator.image.executables import find_program, obstacle
from biot_emulator.image.rooted_paths import resolve
from biot_emulator.lambda_function.configuration import Node, Program
from biot_emulator.lambda_function.environment import TASK_ROOT, without_reserved
from biot_emulator.runtime.pythons import installed_python

__all__ = ["Execution", "plan_execution"]

_RUNTIME_LABEL = "biot-plugin.runtime"
_RUNTIME = re.compile(r"python3\.[0-9]{1,2}")
_HANDLER = re.compile(r"[\w./-]+\.\w+")
_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PYTHON_FOLDERS = ("/var/lang/bin", "/usr/local/bin", "/usr/bin", "/bin", "/opt/python/bin")
# What would have this machine's Python take the image's libraries for its own.
_NOT_FOR_THIS_MACHINE = re.compile(r"PATH|LD_\w+|PYTHON(HOME|PATH|EXECUTABLE|PLATLIBDIR)|HOME|TMPDIR|SSL_CERT_\w+")
_PACKAGE_FOLDERS = ("/opt/python", "/opt/python/lib/{runtime}/site-packages", "/var/lang/lib/{runtime}/site-packages")


@dataclass(frozen=True, slots=True)
class Execution:
    """What of a function is decided by its image.

    Attributes:
        root: The folder of its code, or of everything where it has a program of its own.
        interpreter: The interpreter that runs it.
        handler: Module and attribute of the entry point.
        environment: Variables that its image sets; the function's take precedence.
        program: What is run in the image; None for its handler on this machine's Python.
        folder: The working folder of a handler.
        node: Which Node.js the interpreter is; None if it is Python.
    """

    root: Path
    interpreter: Path
    handler: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None
    folder: Path | None = None
    node: Node | None = None


def plan_execution(tree: Path, config: Config, can_have_roots: Callable[[], bool]) -> Execution:
    """Decide how an image is run: the best that this machine allows.

    Args:
        tree: The unpacked image.
        config: Its configuration.
        can_have_roots: Whether a process can have an image as the root of all files here.

    Raises:
        SandboxUnavailable: It cannot be run here.
    """
    program = _program(tree, config)
    reason = _reason_against(tree, program, can_have_roots)
    if program is not None and reason is None:
        return Execution(tree, Path(program.command[0]), program=program)
    return _on_this_machine(tree, config, reason)


def _program(tree: Path, config: Config) -> Program | None:
    """Return what the image says is run; None where it is a handler alone, of a runtime that is not in it."""
    command = (*config.entry_point, *config.command)
    folder = config.folder or TASK_ROOT
    if not config.folder and resolve(tree, TASK_ROOT) is None:
        folder = "/"
    if not command:
        return None
    path = find_program(tree, command[0], config.environment.get("PATH", _SEARCH_PATH), folder)
    if path is None and not config.entry_point:
        return None
    handler = config.command[0] if config.entry_point and config.command else ""
    return Program((path or command[0], *command[1:]), folder, dict(config.environment), handler)


def _reason_against(tree: Path, program: Program | None, can_have_roots: Callable[[], bool]) -> str | None:
    """Say why what is in the image cannot be run; None where nothing is against it."""
    if program is None:
        return "it has no entry point"
    folder = resolve(tree, program.folder)
    if folder is None or not folder.is_dir():
        return f"its working folder {program.folder} is not in it"
    if reason := obstacle(tree, program.command[0]):
        return reason
    if sys.platform != "linux":
        return "what is in it needs Linux"
    return None if can_have_roots() else "this machine lets no process have another root folder"


def _on_this_machine(tree: Path, config: Config, reason: str | None) -> Execution:
    runtime, handler, root = _runtime(tree, config), _handler(config), resolve(tree, TASK_ROOT)
    if runtime is None:
        raise _impossible(reason, "nothing in it says for which Python it is", "have it built by biot-plugin")
    if handler is None:
        raise _impossible(reason, "its command names no handler", 'let its command be ["index.handler"]')
    if root is None or not root.is_dir():
        raise _impossible(reason, f"it has no code in {TASK_ROOT}", "put the code there")
    if (python := installed_python(runtime)) is None:
        raise _impossible(reason, f"this machine has no {runtime}", f"install {runtime}")
    folder = resolve(tree, config.folder) if config.folder else None
    return Execution(
        root,
        python,
        handler,
        _environment(tree, config, runtime),
        folder=folder if folder and folder.is_dir() else root,
    )


def _impossible(reason: str | None, second: str, advice: str) -> SandboxUnavailable:
    return SandboxUnavailable(f"The image cannot be run here, as {reason}, and {second}: {advice}")


def _runtime(tree: Path, config: Config) -> str | None:
    """Return the Python that the code is for, by the image's label or by what is in it."""
    if _RUNTIME.fullmatch(label := config.labels.get(_RUNTIME_LABEL, "")):
        return label
    for path in _PYTHON_FOLDERS:
        folder = resolve(tree, path)
        names = sorted(folder.iterdir()) if folder and folder.is_dir() else []
        if runtimes := [file.name for file in names if _RUNTIME.fullmatch(file.name)]:
            return max(runtimes, key=lambda name: int(name.partition(".")[2]))
    return None


def _handler(config: Config) -> str | None:
    last = (*config.entry_point, *config.command)[-1:]
    return last[0] if last and _HANDLER.fullmatch(last[0]) and not last[0].startswith("/") else None


def _environment(tree: Path, config: Config, runtime: str) -> dict[str, str]:
    own = {
        name: value
        for name, value in without_reserved(config.environment).items()
        if not _NOT_FOR_THIS_MACHINE.fullmatch(name)
    }
    paths = [path for path in config.environment.get("PYTHONPATH", "").split(":") if path.startswith("/")]
    paths += [path.format(runtime=runtime) for path in _PACKAGE_FOLDERS]
    folders = [str(folder) for path in paths if (folder := resolve(tree, path)) and folder.is_dir()]
    return {**own, "PYTHONPATH": os.pathsep.join(folders)} if folders else own
