"""Lets the alias call an older version again: at once, and from any machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biot_plugin_cli.aws.alias import set_alias
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function import FunctionState, find_versions, untag_function
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from biot_plugin_cli.own_account.actual_state import PREVIOUS_TAG, ActualState
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.desired_state import KEY_VARIABLE, SECRET_VARIABLE
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.report import print_steps, print_title
from biot_plugin_cli.own_account.status import require_deployed
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.schedule import plan_schedule
from biot_plugin_cli.own_account.steps.subscriptions import plan_subscribing, plan_unsubscribing
from biot_plugin_cli.own_account.switch import deployment_of_version
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.terminal.confirmation import confirm
from biot_plugin_cli.terminal.console import err

__all__ = ["roll_back"]


def roll_back(place: Place, version: int | None, *, yes: bool) -> dict[str, Any]:
    """Let the alias call an older version, with its subscriptions and schedule; return the document of `--json`.

    Where a version was made without the framework, its hooks are unknown, and subscriptions and schedule stay.

    Args:
        place: The plugin, and where it is deployed.
        version: The number of the version; None for the one before the last deployment.
        yes: Whether to skip the confirmation.

    Raises:
        OperationFailed: There is no such plugin, or no such version.
        CliError: It cannot be changed.
    """
    actual = require_deployed(place)
    with explained():
        versions = find_versions(place.account, place.names.function)
    current = actual.alias.version if actual.alias else ""
    target = _select(versions, _previous(actual) if version is None else str(version), current)
    deployment = deployment_of_version(place, actual, target.config.environment, needs_hooks=False)
    steps = _steps(deployment, current, target.version)
    document = {
        "action": "update" if steps else "none",
        "target": "aws",
        "name": place.names.plugin,
        "version": int(target.version),
        "versionBefore": int(current),
        "codeOf": int(target.version),
        "contentHash": target.config.environment.get(HASH_VARIABLE),
        "endpointUrl": actual.address,
    }
    if not steps:
        return document
    print_title(("Update", "yellow"), place.names.plugin, place.account, place.base_url)
    print_steps(steps, {})
    if _has_replaced_key(actual, target):
        err.print(
            f"warning: Version {target.version} has a key of the service user that was replaced since, so event.biot "
            "cannot log in: if the plugin uses it, check out the older code and deploy it instead",
            markup=False,
        )
    confirm(f"Let {place.names.function} run version {target.version} again?", yes=yes)
    with showing_progress() as progress:
        run_steps(steps, progress, f"rollback --to {target.version}")
    return document


def _steps(deployment: Deployment, current: str, version: str) -> tuple[Step, ...]:
    def move() -> None:
        account, names = deployment.account, deployment.desired.names
        set_alias(account, names.function, deployment.desired.alias, version)
        # What was live before is no version to go back to once more.
        untag_function(account, names.function_arn(account), PREVIOUS_TAG)

    alias = Step(f"alias {deployment.desired.alias}", "update", (Change("version", current, version),), move)
    return (
        *plan_unsubscribing(deployment),
        *([alias] if current != version else []),
        *plan_schedule(deployment),
        *plan_subscribing(deployment),
    )


def _has_replaced_key(actual: ActualState, version: FunctionState) -> bool:
    """Whether a version has a key that the service user has no more: deployments delete the one before."""
    newest = actual.function.config.environment if actual.function else {}
    own = version.config.environment
    if SECRET_VARIABLE in own:
        return actual.secret is None or actual.secret.arn != own[SECRET_VARIABLE]
    return KEY_VARIABLE in own and own[KEY_VARIABLE] != newest.get(KEY_VARIABLE)


def _previous(actual: ActualState) -> str | None:
    return actual.function.tags.get(PREVIOUS_TAG) if actual.function else None


def _select(versions: Sequence[FunctionState], requested: str | None, current: str) -> FunctionState:
    known = ", ".join(f"{state.version} (live)" if state.version == current else state.version for state in versions)
    # One that is live already is left from an interrupted deployment.
    if requested is None or (requested == current and requested not in known):
        raise OperationFailed(f"No version before the live one is recorded: choose one with --to, of {known}")
    for state in versions:
        if state.version == requested:
            return state
    raise OperationFailed(f"There is no version {requested} any more: choose one with --to, of {known or 'none'}")
