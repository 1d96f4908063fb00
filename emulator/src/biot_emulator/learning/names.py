"""The names of what a run makes, by which it, and every later run, tells that from everything else."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

__all__ = ["PLUGIN_PREFIX", "TEMPLATE_PREFIX", "ProbeNames", "run_of_plugin", "run_of_template"]

PLUGIN_PREFIX = "biot-emulator-probe-"
"""What the names of all probes begin with."""
TEMPLATE_PREFIX = "biotEmulatorProbe_"
"""What the names of all templates of runs begin with."""

_PLUGIN = re.compile(rf"(?:Plugin-)?{PLUGIN_PREFIX}([0-9a-f]{{8}})-[123]")
_TEMPLATE = re.compile(rf"{TEMPLATE_PREFIX}([0-9a-f]{{8}})_[12]")


@dataclass(frozen=True, slots=True)
class ProbeNames:
    """The names of one run.

    Attributes:
        run: What tells it from other runs, eight digits.
    """

    run: str

    @classmethod
    def new(cls) -> ProbeNames:
        """Return the names of a new run."""
        return cls(secrets.token_hex(4))

    @property
    def plugins(self) -> tuple[str, str, str]:
        """The probes: the first one is made first and removed last; the last one is only tried."""
        return (f"{PLUGIN_PREFIX}{self.run}-1", f"{PLUGIN_PREFIX}{self.run}-2", f"{PLUGIN_PREFIX}{self.run}-3")

    @property
    def template(self) -> str:
        """The template whose calls are intercepted."""
        return self.templates[0]

    @property
    def other_template(self) -> str:
        """The template whose calls nobody may intercept."""
        return self.templates[1]

    @property
    def templates(self) -> tuple[str, str]:
        """Both templates."""
        return (f"{TEMPLATE_PREFIX}{self.run}_1", f"{TEMPLATE_PREFIX}{self.run}_2")

    @property
    def entity_prefix(self) -> str:
        """What the names of all entities begin with; the platform allows them 32 characters."""
        return f"biot-probe-{self.run[:6]}-"


def run_of_plugin(name: object) -> str | None:
    """Return the run that a plugin is of, by its name; None where it is of none."""
    match = _PLUGIN.fullmatch(name) if isinstance(name, str) else None
    return match[1] if match else None


def run_of_template(name: object) -> str | None:
    """Return the run that a template is of, by its name; None where it is of none."""
    match = _TEMPLATE.fullmatch(name) if isinstance(name, str) else None
    return match[1] if match else None
