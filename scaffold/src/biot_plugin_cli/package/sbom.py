"""The bill of materials (SBOM) of a package, as CycloneDX 1.6 in JSON; equal packages of one commit have equal ones."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Wheel
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.own_version import own_version

__all__ = ["COMMIT", "CONTENT_HASH", "HANDLER", "RUNTIME", "bill_of_materials", "wheel_hashes"]

CONTENT_HASH, COMMIT = "biot-plugin:content-hash", "biot-plugin:commit"
"""The names of properties of the plugin: what identifies its code, and the commit that it was made of."""

RUNTIME, HANDLER = "biot-plugin:runtime", "biot-plugin:handler"
"""The names of properties of the plugin: how Lambda runs it."""

_TOOL = "biot-plugin-cli"


def bill_of_materials(
    manifest: Manifest,
    content_hash: str,
    components: Iterable[Component],
    direct: Collection[str],
    wheels: Mapping[str, str],
    *,
    commit: str | None = None,
) -> dict[str, Any]:
    """Create the bill of materials of a package.

    Args:
        manifest: The plugin.
        content_hash: The content hash of the package.
        components: The distributions in the package.
        direct: The names of the direct dependencies.
        wheels: The SHA-256 of each distribution's wheel, by name, where known.
        commit: What is recorded of the commit that it was made of; None for nothing.

    Returns:
        A CycloneDX document, without a timestamp.
    """
    components = list(components)
    references = {component.name: _reference(component) for component in components}
    plugin = f"plugin:{manifest.name}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content_hash)}",
        "version": 1,
        "metadata": _metadata(manifest, content_hash, plugin, commit),
        "components": [_component(component, wheels.get(component.name)) for component in components],
        "dependencies": [
            {"ref": plugin, "dependsOn": [references[name] for name in references if name in direct]},
            *(
                {"ref": references[component.name], "dependsOn": [references[name] for name in component.needs]}
                for component in components
            ),
        ],
    }


def wheel_hashes(locked: Iterable[LockedDistribution]) -> dict[str, str]:
    """Return the SHA-256 of each distribution's wheel, by name, where known."""
    wheels = {distribution.name: distribution.source for distribution in locked}
    return {name: wheel.sha256 for name, wheel in wheels.items() if isinstance(wheel, Wheel) and wheel.sha256}


def _metadata(manifest: Manifest, content_hash: str, reference: str, commit: str | None) -> dict[str, Any]:
    return {
        "tools": {"components": [{"type": "application", "name": _TOOL, "version": own_version()}]},
        "component": {
            "type": "application",
            "bom-ref": reference,
            "name": manifest.name,
            "version": str(manifest.version),
            "properties": [
                {"name": CONTENT_HASH, "value": content_hash},
                {"name": RUNTIME, "value": manifest.runtime},
                {"name": HANDLER, "value": manifest.handler},
                *([{"name": COMMIT, "value": commit}] if commit else []),
            ],
        },
    }


def _reference(component: Component) -> str:
    return f"{'pkg:pypi' if component.indexed else 'local'}/{component.name}@{quote(component.version)}"


def _component(component: Component, sha256: str | None) -> dict[str, Any]:
    reference = _reference(component)
    document: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference,
        "name": component.name,
        "version": component.version,
    }
    if sha256:
        document["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    if component.licence:
        licence = component.licence
        document["licenses"] = [{"expression": licence} if component.spdx else {"license": {"name": licence}}]
    if component.indexed:
        document["purl"] = reference
    return document
