"""Enables and disables a plugin: its subscriptions and its schedule. Its code and its URL stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from biot_plugin_cli.aws.function.lifecycle import tag_function
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.actual_state import DISABLED, ENABLED, STATE_TAG, ActualState
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.desired_state import DesiredState
from biot_plugin_cli.own_account.hook_record import HOOKS_VARIABLE, decode_hooks
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.status import require_deployed, show_status
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.schedule import plan_schedule
from biot_plugin_cli.own_account.steps.subscriptions import plan_subscribing, plan_unsubscribing
from biot_plugin_cli.package.report import showing_progress

__all__ = ["deployment_of_version", "set_state"]


def set_state(place: Place, state: str) -> tuple[dict[str, Any], bool]:
    """Set a plugin to `ENABLED` or `DISABLED`; return it as it is afterwards, and whether anything had to be changed.

    The subscriptions are those of the version that is live, so that any machine can enable it again.

    Args:
        place: The plugin, and where it is deployed.
        state: The new state.

    Raises:
        OperationFailed: There is no such plugin, or its hooks are unknown.
        CliError: It cannot be changed.
    """
    actual = require_deployed(place)
    live = actual.live
    if live is None or actual.function is None:
        raise OperationFailed("There is no live version: deploy the plugin first")
    deployment = deployment_of_version(place, actual, live.config.environment)
    before = DISABLED if actual.is_disabled else ENABLED
    function = replace(actual.function, tags={**actual.function.tags, STATE_TAG: state})
    deployment.actual = replace(actual, function=function)

    def tag() -> None:
        tag_function(place.account, place.names.function_arn(place.account), {STATE_TAG: state})

    changes = (Change("enabledState", before, state),)
    is_same = before == state
    steps = (
        *([] if is_same else [Step(f"function {place.names.function}", "update", changes, tag)]),
        *plan_unsubscribing(deployment),
        *plan_schedule(deployment),
        *plan_subscribing(deployment),
    )
    with showing_progress() as progress:
        run_steps(steps, progress, "disable" if state == DISABLED else "enable")
    return show_status(place), bool(steps)


def deployment_of_version(
    place: Place, actual: ActualState, variables: Mapping[str, str], *, needs_hooks: bool = True
) -> Deployment:
    """Return a deployment of a version that was published before, with its hooks.

    Args:
        place: The plugin, and where it is deployed.
        actual: What there is.
        variables: The environment variables of the version.
        needs_hooks: Whether its hooks must be known; otherwise subscriptions and schedule stay as they are.

    Raises:
        OperationFailed: Its hooks are unknown.
    """
    hooks = decode_hooks(variables.get(HOOKS_VARIABLE))
    if hooks is None and needs_hooks:
        raise OperationFailed(
            f"The hooks of {place.names.function} are unknown, as the version was not made with the framework, or was "
            "changed by hand: change its subscriptions with biot-plugin subscribe and unsubscribe"
        )
    manifest, environment = place.plugin.manifest, place.names
    desired = DesiredState(environment, place.settings, manifest, place.base_url, hooks)
    return Deployment(place.account, desired, actual, place.platform, url=actual.address)
