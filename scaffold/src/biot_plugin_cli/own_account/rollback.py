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
from biot_plugin_cli.own_account.desired_state import USER_VARIABLE
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.report import print_steps, print_title
from biot_plugin_cli.own_account.status import require_deployed
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.schedule import plan_schedule
from biot_plugin_cli.own_account.steps.service_keys import has_valid_key
from biot_plugin_cli.own_account.steps.subscriptions import plan_subscribing, plan_unsubscribing
from biot_plugin_cli.own_account.switch import deployment_of_version
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.terminal.confirmation import confirm

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
    _require_key(place, actual, target)
    print_title(("Update", "yellow"), place.names.plugin, place.account, place.base_url)
    print_steps(steps, {})
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


def _require_key(place: Place, actual: ActualState, version: FunctionState) -> None:
    """Require that a version can log in to the platform, if it has a service user.

    Raises:
        OperationFailed: Its key is gone.
    """
    if USER_VARIABLE not in version.config.environment:
        return
    user_id = place.platform.find_service_user(place.names.service_user)
    keys = place.platform.find_service_keys(user_id) if user_id else ()
    if not has_valid_key(version, actual.secret, keys):
        raise OperationFailed(
            f"Version {version.version} has a key of the service user that the platform does not accept any more, so "
            "its event.biot could not log in: check out the older code and deploy it instead, which uses a valid key"
        )


def _previous(actual: ActualState) -> str | None:
    return actual.function.tags.get(PREVIOUS_TAG) if actual.function else None


def _select(versions: Sequence[FunctionState], requested: str | None, current: str) -> FunctionState:
    known = ", ".join(f"{state.version} (live)" if state.version == current else state.version for state in versions)
    if requested is None and not [state for state in versions if state.version != current]:
        raise OperationFailed(
            f"Version {current} is the only one that there is, so there is nothing to roll back to: check out the "
            "older code and deploy it"
        )
    # One that is live already is left from an interrupted deployment.
    if requested is None or (requested == current and requested not in known):
        raise OperationFailed(f"No version before the live one is recorded: choose one with --to, of {known}")
    for state in versions:
        if state.version == requested:
            return state
    raise OperationFailed(f"There is no version {requested} any more: choose one with --to, of {known or 'none'}")
