"""A signing key of another process, which makes it while this one does something else.

That takes longer than the whole start of a short program, and loads a library that nothing else of it needs. The other
process is a copy of this one, from before it has loaded much; it ends with this one, however that ends.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, NoReturn, Self

from biot_emulator.closing import Closing
from biot_emulator.errors import EmulatorError

__all__ = ["KeyUnavailable", "SeparateKey"]

_SIZE_BYTES = 4
# Of a terminal, and of whoever ends all processes of a program: the key is needed until this one closes it.
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class KeyUnavailable(EmulatorError):
    """The process that has the key ended."""


class SeparateKey(Closing):
    """A key that another process has. Safe for several threads.

    Args:
        process: The id of the process.
        questions: The descriptor that it is asked by.
        answers: The descriptor of its answers.
    """

    def __init__(self, process: int, questions: int, answers: int) -> None:
        self._process, self._questions, self._answers = process, questions, answers
        self._lock = threading.Lock()

    @classmethod
    def start(cls) -> Self | None:
        """Start making a key; None where this process cannot be copied, or not safely."""
        if sys.platform != "linux" or threading.active_count() > 1:
            return None
        questions, answers = os.pipe(), os.pipe()
        near, far = (questions[1], answers[0]), (questions[0], answers[1])
        try:
            process = _copy_process()
        except OSError:
            _close(*near, *far)
            return None
        if not process:
            _close(*near)
            _hold_key(*far)
        _close(*far)
        return cls(process, *near)

    @property
    def public_text(self) -> str:
        """The public key as the platform publishes it."""
        return str(self._ask("public_text"))

    @property
    def private_text(self) -> str:
        """The key itself, for the platform's own store."""
        return str(self._ask("private_text"))

    @property
    def private_lines(self) -> str:
        """The same, in lines as PEM has them."""
        return str(self._ask("private_lines"))

    def sign(self, message: bytes) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 over SHA-512."""
        return bytes(self._ask("sign", message))

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        return bool(self._ask("verifies", message, signature))

    def close(self) -> None:
        """End the process."""
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            _close(self._questions, self._answers)
            self._process = 0

    def _ask(self, name: str, *arguments: bytes) -> Any:
        with self._lock:
            try:
                _send(self._questions, marshal.dumps((name, arguments)))
                return _receive(self._answers)
            except (OSError, EOFError) as error:
                raise KeyUnavailable("The process that has the signing key ended: try again") from error


def _copy_process() -> int:
    """Fork. What a signal raises in the copy would run this process's code there: it gets none before it ignores them.

    Raises:
        OSError: The system has no room for another process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _IGNORED)
    try:
        process = os.fork()
        if not process:
            for number in _IGNORED:
                signal.signal(number, signal.SIG_IGN)
        return process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hold_key(questions: int, answers: int) -> NoReturn:
    """Make a key, and answer with its members until nobody can ask any more."""
    try:
        from biot_emulator.security.signing_key import SigningKey

        key = SigningKey.generate()
        while True:
            name, arguments = _receive(questions)
            member = getattr(key, name)
            _send(answers, marshal.dumps(member(*arguments) if arguments else member))
    finally:
        # Nothing else that this process was copied with is to be ended or written twice.
        os._exit(0)


def _send(descriptor: int, content: bytes) -> None:
    os.write(descriptor, len(content).to_bytes(_SIZE_BYTES, "big") + content)


def _receive(descriptor: int) -> Any:
    size = int.from_bytes(_read(descriptor, _SIZE_BYTES), "big")
    return marshal.loads(_read(descriptor, size))  # noqa: S302 - of this very program


def _read(descriptor: int, size: int) -> bytes:
    content = b""
    while len(content) < size:
        if not (chunk := os.read(descriptor, size - len(content))):
            raise EOFError
        content += chunk
    return content


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
