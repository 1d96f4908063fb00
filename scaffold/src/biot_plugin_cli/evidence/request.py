"""What somebody wants evidence of, and what it is to be made with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.evidence.facts.deployments import Platform

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What evidence is made with.

    Attributes:
        package: A package that is to be the release; None to build it.
        tests: Files with results of tests.
        requirements: The file of the requirements; None for the one in the plugin's folder.
        replay: A report of a replay; None for none.
        vulnerabilities: A database of vulnerabilities; None for none.
        osv_url: The address of one to ask; None not to ask.
        previous: The evidence of the release before; None for none.
        platform: Where the plugin runs; None not to ask.
        copies_package: Whether the package is put into the evidence.
    """

    package: Path | None = None
    tests: tuple[Path, ...] = ()
    requirements: Path | None = None
    replay: Path | None = None
    vulnerabilities: Path | None = None
    osv_url: str | None = None
    previous: Path | None = None
    platform: Platform | None = None
    copies_package: bool = True
