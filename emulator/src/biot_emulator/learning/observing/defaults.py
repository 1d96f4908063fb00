"""What the platform makes of a configuration that says little."""

from __future__ import annotations

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory

__all__ = ["observe_defaults"]

_HOW = "a probe was created without it"


def observe_defaults(laboratory: Laboratory, findings: Findings) -> None:
    """Observe the defaults of a plugin, by the creation of the first probe."""
    created, name = laboratory.created, laboratory.names.plugins[0]
    for setting, field in (("defaultTimeout", "timeout"), ("defaultEnabledState", "enabledState")):
        if field in created:
            findings.saw(f"plugins.{setting}", created[field], _HOW)
        else:
            findings.missed(f"plugins.{setting}", "the response to a creation did not say it")
    spelt = {name: "plain", f"Plugin-{name}": "prefixed"}.get(str(created.get("name")))
    if spelt:
        findings.saw("plugins.nameInResponses", spelt, f"the response to a creation had {created['name']!r}")
    else:
        findings.missed("plugins.nameInResponses", "the response to a creation had another name")
