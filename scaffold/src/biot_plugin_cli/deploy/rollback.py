"""Deploys an older package again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NoReturn

from biot_plugin_cli.deploy.config_changes import Config, content_hash_of
from biot_plugin_cli.deploy.deployment import upload
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.package_history import StoredPackage
from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER, Plan, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_plan
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["roll_back"]


def roll_back(destination: Destination, version: int | None, *, yes: bool) -> dict[str, Any]:
    """Deploy the code of an older version again, as a new version; return the document of `--json`.

    Args:
        destination: Where to deploy.
        version: The older version; None for the last one whose code differs from that of the current one.
        yes: Whether to skip the confirmation.

    Raises:
        OperationFailed: There is no such plugin, or no such package, or it was changed since it was deployed.
        CliError: It cannot be deployed.
    """
    deployed = destination.deployed_plugin()
    # The versions of a plugin that was deleted and created again are unrelated to those of the deployed one.
    stored = destination.history().of(deployed.get("endpointUrl"))
    present = [package for package in stored if package.version <= deployed["version"]]
    package = _previous(present, deployed) if version is None else _find(present, version)

    def make(deployed: Config) -> Plan:
        config = {**deployed, **package.config}
        return make_plan(deployed, config, package.content_hash, unmentioned={INTERCEPTION_ORDER})

    plan = make(deployed)
    environment = destination.plugin.manifest.environment
    print_plan(plan, destination.base_url, environment)
    source = {"codeOf": package.version}
    if plan.action == "none":
        return {**plan_document(plan, environment), **source}
    code = package.read()
    confirm(f"Deploy the code of version {package.version} again?", yes=yes)
    document = upload(destination, plan, make, code, package.config)
    return {**plan_document(plan, environment), **source, **document}


def _find(stored: Sequence[StoredPackage], version: int) -> StoredPackage:
    match = next((package for package in stored if package.version == version), None)
    return match or _refuse(f"version {version}", stored)


def _previous(stored: Sequence[StoredPackage], deployed: Mapping[str, Any]) -> StoredPackage:
    """Find the last package whose code differs from that of the deployed version.

    If a version in between was deployed from elsewhere, its code is unknown, and no package is the right one.
    """
    live, content_hash = deployed["version"], content_hash_of(deployed)
    if live == 1:
        raise OperationFailed(
            "Version 1 is the only one that there is, so there is nothing to roll back to: check out the older code "
            "and deploy it"
        )
    stored = [package for package in stored if package.version < live]
    for package, version in zip(stored, count(live - 1, -1), strict=False):
        if package.version != version:
            raise OperationFailed(
                f"Version {version} was not deployed from this folder, which has {_versions(stored)}: "
                "choose one of them with --to, or check out the older code and deploy it"
            )
        if package.content_hash != content_hash:
            return package
    return _refuse("an older version with other code", stored)


def _refuse(requested: str, stored: Sequence[StoredPackage]) -> NoReturn:
    raise OperationFailed(
        f"No stored package of {requested} (this folder has {_versions(stored)}): "
        "check out the older code and deploy it"
    )


def _versions(stored: Sequence[StoredPackage]) -> str:
    return ", ".join(str(package.version) for package in stored) or "none"
