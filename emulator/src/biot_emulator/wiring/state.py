"""What every part of the platform is built on."""

from __future__ import annotations

from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.security.stored_keys import StoredKeys
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.state.clock import Clock
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.store import Store

__all__ = ["State"]


class State:
    """What every part is built on."""

    def __init__(self, store: Store, behaviour: PlatformBehaviour) -> None:
        self.store = store
        self.behaviour = behaviour
        self.clock = Clock()
        self.public_address = PublicAddress()
        self.tokens = TokenIssuer(StoredKeys(store))
        self.tokens.public_keys()  # loads or generates the key now, so that no caller waits for it
