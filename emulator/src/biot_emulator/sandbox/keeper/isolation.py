"""Shows a plugin's process this machine as Lambda shows it its own: only some folders can be written.

Three ways, the best first, as machines and containers differ in what they allow:

- `users`: a user namespace and mounts of its own, which needs no privileges where the system has not disabled it;
- `mounts`: mounts of its own alone, which the administrator's processes may have where the first is disabled;
- `nothing`.

In each of them the process gives up the administrator's privileges, without which it can neither undo its mounts nor
look into the memory and variables of processes that still have them.
"""

from __future__ import annotations

import os

from biot_emulator.sandbox.keeper import system_calls
from biot_emulator.sandbox.keeper.orders import Orders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LEVELS", "identity_maps", "isolate"]

_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# What names are resolved by: the machine's own.
_MACHINE_FILES = ("/etc/hosts", "/etc/resolv.conf")
_TEMPORARY_SIZE = "512m"

LEVELS = ("users", "mounts", "nothing")
"""The ways to isolate a process, the best first."""

# A developer's folders often belong to somebody else than the administrator of the container that they are used in.
_PRESERVED = (
    system_calls.CAP_CHOWN,
    system_calls.CAP_DAC_OVERRIDE,
    system_calls.CAP_FOWNER,
    system_calls.CAP_FSETID,
)


def isolate(level: str, orders: Orders, ask_for_maps: Callable[[], object]) -> None:
    """Isolate this process.

    Args:
        level: One of `LEVELS`.
        orders: What it may see and change.
        ask_for_maps: Has its parent write `identity_maps` for it, and waits for that.

    Raises:
        OSError: The system does not allow it.
    """
    if level == "nothing":
        if orders.root:
            raise OSError("no process can have another root here")
        _try_to_drop_capabilities()
        return
    system_calls.unshare(users=level == "users")
    if level == "users":
        ask_for_maps()
    system_calls.make_private()
    if orders.root:
        _enter_root(orders)
    else:
        _change_mounts(orders)
    # The working folder is still that of the mounts of before.
    os.chdir(orders.folder)
    system_calls.drop_capabilities(_PRESERVED)


def _try_to_drop_capabilities() -> None:
    try:
        system_calls.drop_capabilities(_PRESERVED)
    except OSError:
        # Somebody has left this process not even the right to give up the others.
        return


def identity_maps() -> dict[str, str]:
    """Return the files below `/proc/PID` that give a new user namespace the users that this process has."""
    if os.geteuid() == 0:
        return {name: _same_as_own(name) for name in ("uid_map", "gid_map")}
    user, group = os.geteuid(), os.getegid()
    return {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}


def _same_as_own(name: str) -> str:
    with open(f"/proc/self/{name}", encoding="ascii") as file:  # noqa: PTH123 - pathlib is slow to load
        ranges = [line.split() for line in file]
    return "".join(f"{first} {first} {count}\n" for first, _, count in ranges)


def _change_mounts(orders: Orders) -> None:
    for folder in (*orders.writable, *orders.read_only):
        system_calls.bind(folder, folder)
    for path in orders.hidden:
        _hide(path, orders)
    system_calls.set_read_only("/", True, recursive=True)
    for folder in orders.writable:
        system_calls.set_read_only(folder, False, recursive=False)


def _enter_root(orders: Orders) -> None:
    """Make an unpacked image the root of all files, with what a process needs besides; nothing else is left."""
    root = orders.root
    system_calls.bind(root, root)
    system_calls.bind("/proc", f"{root}/proc")
    _add_devices(f"{root}/dev")
    for path in _MACHINE_FILES:
        if os.path.isfile(path) and _is_real_file(root + path):  # noqa: PTH113
            system_calls.bind(path, root + path)
    temporary = f"{root}/tmp"  # noqa: S108
    if orders.temporary:
        system_calls.bind(orders.temporary, temporary)
    else:
        system_calls.cover(temporary, _TEMPORARY_SIZE)
    system_calls.set_read_only(root, True, recursive=True)
    system_calls.set_read_only(temporary, False, recursive=False)
    system_calls.enter_root(root)


def _is_real_file(path: str) -> bool:
    """Whether there is a file at a path, without a link on the way: by a link, something would be mounted elsewhere."""
    return os.path.isfile(path) and os.path.realpath(path) == path  # noqa: PTH113


def _add_devices(folder: str) -> None:
    system_calls.cover(folder)
    for name in _DEVICES:
        with open(f"{folder}/{name}", "xb"):  # noqa: PTH123
            system_calls.bind(f"/dev/{name}", f"{folder}/{name}")
    for name, target in _DEVICE_LINKS.items():
        os.symlink(target, f"{folder}/{name}")  # noqa: PTH211


def _hide(path: str, orders: Orders) -> None:
    if not os.path.isdir(path):  # noqa: PTH112
        if os.path.exists(path):  # noqa: PTH110
            system_calls.bind("/dev/null", path)
        return
    shown = [folder for folder in orders.writable if folder.startswith(f"{path}/")]
    descriptors = [os.open(folder, os.O_PATH) for folder in shown]
    system_calls.cover(path)
    for folder, descriptor in zip(shown, descriptors, strict=True):
        os.makedirs(folder)  # noqa: PTH103
        system_calls.bind(f"/proc/self/fd/{descriptor}", folder)
        os.close(descriptor)
