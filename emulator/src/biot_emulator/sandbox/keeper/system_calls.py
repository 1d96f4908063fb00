"""Linux's system calls that Python has no functions for."""

from __future__ import annotations

import ctypes
import os

__all__ = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "become_subreaper",
    "bind",
    "cover",
    "drop_capabilities",
    "end_with_parent",
    "enter_root",
    "make_private",
    "set_read_only",
    "unshare",
]

CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID = 0, 1, 3, 4

_CLONE_NEWNS = 0x0002_0000
_CLONE_NEWUSER = 0x1000_0000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x4_0000
_MS_NOSUID, _MS_NODEV = 2, 4
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_SUBREAPER, _PR_NO_NEW_PRIVILEGES = 1, 23, 24, 36, 38
_SYS_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 1
_CAPABILITY_VERSION = 0x2008_0522
_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "namespace")]


def become_subreaper() -> None:
    """Become the parent of every descendant that loses its own, rather than the first process of the machine."""
    _check(_libc.prctl(_PR_SET_SUBREAPER, 1, 0, 0, 0))


def end_with_parent(signal: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0))


def unshare(*, users: bool) -> None:
    """Give this process mounts of its own, and with `users` also a user namespace, in which it may change them."""
    _check(_libc.unshare(_CLONE_NEWNS | (_CLONE_NEWUSER if users else 0)))


def make_private() -> None:
    """Let no change of mounts reach other processes."""
    _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE)


def bind(source: str, target: str) -> None:
    """Show a file or folder at another path, or make a mount of it that can have settings of its own."""
    _mount(os.fsencode(source), os.fsencode(target), None, _MS_BIND | _MS_REC)


def cover(folder: str, size: str = "64k") -> None:
    """Show an empty folder in memory in place of this one."""
    _mount(b"tmpfs", os.fsencode(folder), b"tmpfs", _MS_NOSUID | _MS_NODEV, f"size={size},mode=0755".encode())


def enter_root(folder: str) -> None:
    """Make a mount the root of all files, and take away what was the root before."""
    os.chdir(folder)
    # The old root comes to lie over the new one, from where it is taken.
    _check(_libc.pivot_root(b".", b"."))
    _check(_libc.umount2(b".", _MNT_DETACH))
    os.chdir("/")


def set_read_only(folder: str, read_only: bool, *, recursive: bool) -> None:
    """Let nobody change files in a mount, or let them again; with `recursive` also in every mount below it."""
    change = _MOUNT_ATTR_RDONLY
    attributes = _MountAttributes(change if read_only else 0, 0 if read_only else change, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    _check(_libc.syscall(_SYS_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(folder), flags, ctypes.byref(attributes), size))


def drop_capabilities(preserved: tuple[int, ...]) -> None:
    """Give up every privilege but these, for this process and whatever it becomes or starts."""
    _check(_libc.prctl(_PR_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    for capability in range(_CAPABILITIES):
        if capability not in preserved and _libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            _check(_libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()
    _check(_libc.capget(header, sets))
    allowed = sum(1 << capability for capability in preserved)
    # Effective, permitted and inheritable of the first 32, and then of the others.
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(sets[0] & allowed, sets[1] & allowed, 0, 0, 0, 0)))


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None = None) -> None:
    _check(_libc.mount(source, target, kind, ctypes.c_ulong(flags), options))


def _check(result: int) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
