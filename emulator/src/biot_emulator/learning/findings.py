"""What a run has observed of a platform, and how."""

from __future__ import annotations

from typing import Any

from biot_emulator.behaviour.document import behaviour_document, changed, setting_names
from biot_emulator.behaviour.errors import BehaviourInvalid
from biot_emulator.behaviour.file import FORMAT
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.client import Reply

__all__ = ["Findings"]

_BAD_REQUEST = 400


class Findings:
    """Collects the values of settings; what is not observed stays as by default, and is said.

    Attributes:
        behaviour: The settings so far.
        observed: How each value was observed, by the setting's name.
        not_observed: Why a value was not, by the setting's name.
    """

    def __init__(self) -> None:
        self.behaviour = PlatformBehaviour()
        self.observed: dict[str, str] = {}
        self.not_observed: dict[str, str] = dict.fromkeys(setting_names(), "it was not asked for")

    def saw(self, setting: str, value: Any, how: str) -> None:
        """Note a value, and how it was observed."""
        try:
            self.behaviour = changed(self.behaviour, setting, value)
        except BehaviourInvalid as invalid:
            self.missed(setting, f"the emulator cannot do the same: {invalid}")
            return
        self.observed[setting] = how
        self.not_observed.pop(setting, None)

    def missed(self, setting: str, why: str) -> None:
        """Note why a value was not observed, unless it was."""
        if setting not in self.observed:
            self.not_observed[setting] = why

    def refused(self, setting: str, reply: Reply, what: str) -> None:
        """Note how something was refused."""
        code = reply.body.get("code") if isinstance(reply.body, dict) else None
        if reply.status_code < _BAD_REQUEST or not isinstance(code, str):
            self.missed(setting, f"{what} got {reply.status_code}, without the platform's error body")
            return
        self.saw(setting, {"status": reply.status_code, "code": code}, f"{what} was refused")

    def document(self, learned_from: str, learned_at: str) -> dict[str, Any]:
        """Return what `serve --platform` reads."""
        return {
            "format": FORMAT,
            "learnedFrom": learned_from,
            "learnedAt": learned_at,
            "behaviour": behaviour_document(self.behaviour),
            "observed": self.observed,
            "notObserved": self.not_observed,
        }
