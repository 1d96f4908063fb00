"""Deploys to one's own AWS account: plugin -> checks -> package -> desired and actual state -> plan -> outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from biot_plugin_cli.deploy.preparation import prepared
from biot_plugin_cli.deploy.report import print_disabled, print_not_noted, print_tree, tree_document
from biot_plugin_cli.deploy.versions.journal import DeploymentRecord, add_deployment
from biot_plugin_cli.errors import CliError, OperationFailed
from biot_plugin_cli.own_account.actual_state import read_actual_state, require_ownership
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.code.built import require_repository_name
from biot_plugin_cli.own_account.code.present_image import find_present_image
from biot_plugin_cli.own_account.desired_state import DesiredState
from biot_plugin_cli.own_account.first_call import find_problem_of_url
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.plan import Plan, make_plan
from biot_plugin_cli.own_account.report import plan_document, print_plan
from biot_plugin_cli.own_account.steps.base import Deployment
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.terminal.confirmation import confirm
from biot_plugin_cli.terminal.console import err

__all__ = ["deploy"]


def deploy(place: Place, *, dry_run: bool, yes: bool, adopt: bool, builder: str | None = None) -> dict[str, Any]:
    """Deploy a plugin, unless everything is there already; return the document of `--json`.

    Args:
        place: The plugin, and where to deploy it.
        dry_run: Whether to stop after the plan.
        yes: Whether to skip the confirmation.
        adopt: Whether to take over resources of the same names that were not made by this program.
        builder: What builds the image of the plugin; None for what the manifest says.

    Raises:
        CliError: It cannot be imported, built or deployed.
    """
    plugin = place.plugin
    if plugin.manifest.package == "image":
        require_repository_name(place.settings)
    find = partial(find_present_image, place.account, place.names.function, place.settings.repository or "")
    with prepared(plugin, builder, on_lambda=True, find_present=find) as (hooks, built):
        tree = built.tree if isinstance(built, Package) else SourceTree.of(plugin.root)
        desired = DesiredState.of(plugin.manifest, plugin.environment, place.base_url, hooks, built, tree.record)
        return {**_deploy(place, desired, tree, dry_run=dry_run, yes=yes, adopt=adopt), **tree_document(tree)}


def _deploy(
    place: Place, desired: DesiredState, tree: SourceTree, *, dry_run: bool, yes: bool, adopt: bool
) -> dict[str, Any]:
    plan = _plan(place, desired, adopt=adopt)
    print_plan(plan)
    if plan.sends_code:
        print_tree(tree)
    if plan.deployment.actual.is_disabled:
        print_disabled(place.names.plugin)
    if plan.action == "none" or dry_run:
        return _document(plan)
    if not yes:
        confirm("Go on?", yes=yes)
        plan = _refresh(place, plan, adopt=adopt)
    with showing_progress() as progress:
        plan.deployment.progress = progress
        run_steps(plan.steps, progress, "deploy")
        problem = find_problem_of_url(plan.deployment, progress)
    _note_down(place, plan)
    if problem:
        err.print(f"warning: {problem}", markup=False)
    return {**_document(plan), "endpointProblem": problem}


def _note_down(place: Place, plan: Plan) -> None:
    """Note down who has deployed, as for BioT's account."""
    desired, version = plan.deployment.desired, plan.deployment.version
    record = DeploymentRecord(
        plugin=place.names.plugin,
        place=f"AWS account {place.account.id}, {place.account.region_name}",
        environment=place.plugin.environment,
        action=plan.action,
        version=int(version) if version else None,
        content_hash=desired.content_hash,
        commit=desired.commit if plan.sends_code else None,
        code_of=None,
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        by=place.account.caller,
    )
    try:
        add_deployment(place.plugin.root, record)
    except CliError as error:
        print_not_noted(error)


def _plan(place: Place, desired: DesiredState, *, adopt: bool) -> Plan:
    with showing_progress() as progress:
        progress("Reading the AWS account and the platform")
        actual = read_actual_state(place.account, place.names, place.settings)
        require_ownership(actual, place.names, adopt=adopt)
        return make_plan(Deployment(place.account, desired, actual, place.platform))


def _refresh(place: Place, plan: Plan, *, adopt: bool) -> Plan:
    """Make the plan again after the confirmation, which may have taken any time."""
    current = _plan(place, plan.deployment.desired, adopt=adopt)
    if not plan.is_same(current):
        raise OperationFailed(
            f"{place.names.function} was changed after the plan was made. Nothing was changed: run this command again, "
            "and look at the new plan"
        )
    return replace(current)


def _document(plan: Plan) -> dict[str, Any]:
    pushed = plan.deployment.pushed
    image = {"image": pushed.document} if pushed else {}
    disabled = {"disabled": plan.deployment.actual.is_disabled}
    return {**plan_document(plan), "endpointUrl": plan.deployment.url, **disabled, **image}
