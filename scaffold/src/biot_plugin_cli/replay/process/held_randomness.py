"""Random numbers, which are the same for each run of an event: a stream of its own for each purpose.

With one stream for all, a code that draws one more number for one purpose would get other ones for all others.
"""

from __future__ import annotations

import os
from _random import Random as Stream  # in C, and the only one that loads nothing else
from typing import Any

__all__ = ["HeldRandomness"]

_PURPOSES = ("system", "uuid", "seed", "node", "request")
_BITS_OF_BYTE = 8
_NODE = 0x02_00_00_00_00_01  # a locally administered address, of no machine


class HeldRandomness:
    """Replaces Python's sources of randomness, from its creation until the end of the process.

    Args:
        seed: What all numbers follow from.
    """

    def __init__(self, seed: int) -> None:
        self._modules: list[Any] = []
        self._streams: dict[str, Stream] = {}
        self.start(seed)
        os.urandom = self._system_bytes
        if hasattr(os, "getrandom"):
            os.getrandom = lambda size, flags=0: self._system_bytes(size)  # noqa: ARG005

    def start(self, seed: int) -> None:
        """Begin all streams anew."""
        self._seed = seed
        self._streams = {name: Stream(seed + position) for position, name in enumerate(_PURPOSES, 1)}
        for module in self._modules:
            module.seed(seed)

    def uuid(self, purpose: str) -> str:
        """Draw a UUID of version 4 as a text."""
        digits = f"{self._streams[purpose].getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def hold_random(self, random: Any) -> None:
        """Have the module `random` draw from what is held, also where somebody has imported its functions before."""
        real = random.Random.seed

        def seed(generator: Any, a: Any = None, version: int = 2) -> None:
            real(generator, self._streams["seed"].getrandbits(256) if a is None else a, version)

        random.Random.seed = seed
        random.seed = random._inst.seed
        random._urandom = self._system_bytes
        random.seed(self._seed)
        self._modules.append(random)

    def hold_uuid(self, uuid: Any) -> None:
        """Have the module `uuid` draw from what is held."""
        real = uuid.uuid1

        def uuid1(node: int | None = None, clock_seq: int | None = None) -> Any:
            sequence = self._streams["node"].getrandbits(14) if clock_seq is None else clock_seq
            return real(_NODE if node is None else node, sequence)

        def uuid4() -> Any:
            return uuid.UUID(self.uuid("uuid"))

        uuid.uuid1, uuid.uuid4, uuid.getnode = uuid1, uuid4, lambda: _NODE

    def _system_bytes(self, size: int) -> bytes:
        if size < 0:
            raise ValueError("negative argument not allowed")
        return self._streams["system"].getrandbits(size * _BITS_OF_BYTE).to_bytes(size, "little") if size else b""
