"""Deploys a plugin: plugin -> checks -> configuration and package -> plan -> outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from biot_plugin_cli.deploy.apply import add_sentence, apply_plan, refresh_plan
from biot_plugin_cli.deploy.code.built import code_of
from biot_plugin_cli.deploy.code.deployable import Code
from biot_plugin_cli.deploy.config_changes import Config, content_hash_of
from biot_plugin_cli.deploy.configuration import code_config, plugin_config, unmentioned_fields
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import Plan, make_plan
from biot_plugin_cli.deploy.preparation import prepared
from biot_plugin_cli.deploy.report import (
    plan_document,
    print_disabled,
    print_not_noted,
    print_not_stored,
    print_plan,
    print_tree,
    tree_document,
)
from biot_plugin_cli.deploy.versions.journal import DeploymentRecord, add_deployment
from biot_plugin_cli.deploy.versions.record import CodeOrigin
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.platform.plugin_calls import CodePart
from biot_plugin_cli.publish.platform_repository import platform_repository
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["deploy", "upload"]


def deploy(destination: Destination, *, dry_run: bool, yes: bool, builder: str | None = None) -> dict[str, Any]:
    """Deploy a plugin, unless the platform has it already; return the document of `--json`.

    Args:
        destination: The plugin, and where to deploy it.
        dry_run: Whether to stop after the plan.
        yes: Whether to skip the confirmation.
        builder: What builds the image of the plugin; None for what the manifest says.

    Raises:
        CliError: It cannot be imported, built or deployed.
    """

    def find_present(image: UnbuiltImage) -> UnbuiltImage | Image | None:
        deployed = destination.calls.find(destination.name)
        if deployed and content_hash_of(deployed) == image.content_hash:
            return image
        return platform_repository(destination.client).find_image(image)

    with prepared(destination.plugin, builder, on_lambda=destination.is_lambda, find_present=find_present) as (
        hooks,
        built,
    ):
        tree = built.tree if isinstance(built, Package) else SourceTree.of(destination.plugin.root)
        return _deploy(destination, hooks, code_of(built), tree, dry_run=dry_run, yes=yes)


def _deploy(
    destination: Destination, hooks: Hooks, code: Code, tree: SourceTree, *, dry_run: bool, yes: bool
) -> dict[str, Any]:
    manifest, origin = destination.plugin.manifest, CodeOrigin(tree.record)
    config = plugin_config(manifest, hooks)
    deployed = destination.calls.find(destination.name)
    unmentioned = unmentioned_fields(manifest, hooks)

    def make(deployed: Config | None) -> Plan:
        return make_plan(deployed, config, code.content_hash, unmentioned=unmentioned, origin=origin)

    plan = make(deployed)
    print_plan(plan, destination.base_url, manifest.environment, tree.record)
    if plan.sends_code:
        print_tree(tree)
    if is_disabled := plan.config.get("enabledState") == "DISABLED":
        print_disabled(manifest.name)
    document = {**plan_document(plan, manifest.environment), **tree_document(tree), "disabled": is_disabled}
    if plan.action == "none" or dry_run:
        return document
    confirm("Go on?", yes=yes)
    return {**document, **upload(destination, plan, make, code, code_config(plan.config, config, hooks), origin)}


def upload(
    destination: Destination,
    plan: Plan,
    make: Callable[[Config], Plan],
    code: Code,
    config: Mapping[str, Any],
    origin: CodeOrigin,
) -> dict[str, Any]:
    """Send code, apply a plan, and store the code for rollback; return what `--json` has of the outcome.

    Args:
        destination: Where to deploy.
        plan: The plan that was shown.
        make: Makes the plan again for the plugin as the platform shows it now.
        code: The plan's code, whether or not it is sent.
        config: The part of the configuration that belongs to the code.
        origin: Where the code comes from.

    Raises:
        CliError: The plan cannot be applied.
    """
    part = _send(destination, code) if plan.sends_code else None
    try:
        deployed = apply_plan(refresh_plan(plan, make, destination.calls), part, destination.calls)
    except CliError as error:
        add_sentence(error, code.remains if part else "")
        raise
    _note_down(destination, plan, origin, deployed)
    endpoint_url: str | None = deployed.get("endpointUrl")
    if part and plan.content_hash:
        try:
            destination.history().add(code, plan.version, config, endpoint_url, origin)
        except CliError as error:
            print_not_stored(plan, error)
    return {"endpointUrl": endpoint_url, **(code.document if part else {})}


def _note_down(destination: Destination, plan: Plan, origin: CodeOrigin, deployed: Config) -> None:
    """Note down who has deployed, which the platform shows to nobody."""
    record = DeploymentRecord(
        plugin=destination.name,
        place=destination.base_url,
        environment=destination.plugin.environment,
        action=plan.action,
        version=plan.version,
        content_hash=plan.content_hash,
        commit=origin.commit if plan.sends_code else None,
        code_of=origin.code_of if plan.sends_code else None,
        time=deployed["lastModifiedTime"],
        by=destination.client.user,
    )
    try:
        add_deployment(destination.plugin.root, record)
    except CliError as error:
        print_not_noted(error)


def _send(destination: Destination, code: Code) -> CodePart:
    with showing_progress() as progress:
        return code.send(destination.client, progress)
