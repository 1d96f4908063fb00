"""Variables that live in the account alone: they are set and removed with a new version of the live code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.deploy.secret_times import read_times
from biot_plugin_cli.deploy.secrets import require_changeable, variables_after
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.own_account.actual_state import ActualState
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.desired_state import DEPLOY_VARIABLES
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.publications.republication import plan_republication
from biot_plugin_cli.own_account.report import other_names, print_steps, print_title, steps_document
from biot_plugin_cli.own_account.status import require_deployed
from biot_plugin_cli.own_account.steps.base import Step
from biot_plugin_cli.own_account.switch import deployment_of_version
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["change_secrets", "list_secrets", "require_names"]


def change_secrets(place: Place, changes: Mapping[str, str | None], *, dry_run: bool, yes: bool) -> dict[str, Any]:
    """Set variables of the function, or remove them; return the document of `--json`.

    Args:
        place: The plugin, and where it is deployed.
        changes: The new value of each variable; None to remove it.
        dry_run: Whether to stop after the plan.
        yes: Whether to skip the confirmation.

    Raises:
        UsageError: A name cannot be set.
        CliError: It cannot be changed.
    """
    require_names(place.plugin.manifest, changes)
    actual = require_deployed(place)
    live = _live(actual)
    require_changeable(place.plugin.manifest, changes, live.config.environment)
    steps = _plan(place, actual, changes)
    document = {
        "action": "update" if steps else "none",
        "target": "aws",
        "name": place.names.plugin,
        "names": list(changes),
        "version": int(live.version),
        **steps_document(steps, place.plugin.manifest.environment),
    }
    if not steps:
        return document
    print_title(("Update", "yellow"), place.names.plugin, place.account, place.base_url)
    print_steps(steps, place.plugin.manifest.environment)
    if dry_run:
        return document
    if not yes:
        confirm("Go on?", yes=yes)
        steps = _refreshed(place, changes, steps)
    with showing_progress() as progress:
        run_steps(steps, progress, "secret")
    return {**document, "version": int(_live(require_deployed(place)).version)}


def require_names(manifest: Manifest, changes: Mapping[str, str | None]) -> None:
    """Require that variables may be changed by themselves, before anything else is asked.

    Args:
        manifest: The plugin's manifest, with the overrides of its environment.
        changes: The new value of each variable; None to remove it.

    Raises:
        UsageError: A name is that of a variable of the manifest or of a deployment, or not valid.
    """
    for name in changes:
        if name in DEPLOY_VARIABLES:
            raise UsageError(f"Cannot set or remove {name}, which deploy sets: choose another name")
    require_changeable(manifest, changes, changes)


def list_secrets(place: Place) -> list[dict[str, Any]]:
    """List the variables that live in the account alone: their names, and when they were set, as far as it is known.

    Raises:
        OperationFailed: The plugin is not deployed.
        CliError: AWS cannot be reached, or refuses.
    """
    variables = _live(require_deployed(place)).config.environment
    times = read_times(variables)
    names = other_names(variables, place.plugin.manifest.environment)
    return [{"name": name, "setAt": times.get(name)} for name in names]


def _plan(place: Place, actual: ActualState, changes: Mapping[str, str | None]) -> list[Step]:
    live = _live(actual)
    before = live.config.environment
    if all(before.get(name) == text for name, text in changes.items()):
        return []
    after, removed = variables_after(before, changes)
    variables = {name: text for name, text in after.items() if name not in removed}
    deployment = deployment_of_version(place, actual, before, needs_hooks=False)
    return plan_republication(deployment, live, variables, is_rollback=False)


def _refreshed(place: Place, changes: Mapping[str, str | None], steps: list[Step]) -> list[Step]:
    """Plan again after the confirmation, which may have taken any time."""
    current = _plan(place, require_deployed(place), changes)
    mine, others = ([(step.resource, step.action, step.changes) for step in plan] for plan in (steps, current))
    if mine != others:
        raise OperationFailed(
            f"{place.names.function} was changed after the plan was made. Nothing was changed: run this command again, "
            "and look at the new plan"
        )
    return current


def _live(actual: ActualState) -> FunctionState:
    if actual.live is None:
        raise OperationFailed("There is no live version: deploy the plugin first")
    return actual.live
