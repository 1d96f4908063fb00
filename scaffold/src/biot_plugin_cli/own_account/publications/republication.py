"""A new version of older code with other variables: a published version never changes, and its variables are in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from biot_plugin_cli.aws.function.alias import prune_versions, set_alias
from biot_plugin_cli.aws.function.code import find_code
from biot_plugin_cli.aws.function.lifecycle import (
    find_versions,
    publish_version,
    settle,
    tag_function,
    untag_function,
    update_code,
    update_config,
)
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.limits import require_environment_size
from biot_plugin_cli.deploy.config_changes import Change, changed_fields
from biot_plugin_cli.deploy.secret_times import read_times
from biot_plugin_cli.deploy.variables import VARIABLES
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE, RECORD_VARIABLES, SECRETS_VARIABLE
from biot_plugin_cli.own_account.actual_state import CODE_TAG, PREVIOUS_TAG
from biot_plugin_cli.own_account.desired_state import DEPLOY_VARIABLES
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.description import Description

__all__ = ["plan_republication", "variables_with_others"]


def variables_with_others(
    source: Mapping[str, str], live: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables of an older version, with those that live on the platform alone as they are now.

    Args:
        source: The variables of the older version.
        live: The variables of the live version.
        environment: The variables of the manifest.
    """

    def is_other(name: str) -> bool:
        return name not in environment and name not in DEPLOY_VARIABLES

    # What was set by itself then and is not there now was removed since.
    removed = {*read_times(source), SECRETS_VARIABLE} - {*live}
    others = {name: text for name, text in live.items() if is_other(name)}
    return {**{name: text for name, text in source.items() if not (is_other(name) and name in removed)}, **others}


def plan_republication(
    deployment: Deployment, source: FunctionState, variables: Mapping[str, str], *, is_rollback: bool
) -> list[Step]:
    """Plan a new version with the code and the settings of another one, and other variables.

    Args:
        deployment: The deployment.
        source: The version whose code and settings it has.
        variables: All of its variables.
        is_rollback: Whether the code is older than what is live, so that the version before the live one is no longer
            what a rollback returns to.

    Raises:
        InvalidPlugin: The variables are too large.
    """
    require_environment_size(variables, deployment.desired.manifest.environment)
    live, name = deployment.actual.live, deployment.desired.names.function
    before = live.config.environment if live else {}
    changes = [*changed_fields(_shown(before), _shown(variables), f"{VARIABLES}.")]
    if live and live.code_sha256 != source.code_sha256:
        code = (state.config.environment.get(HASH_VARIABLE, "")[:16] for state in (live, source))
        changes.append(Change("code", *code))
    alias = deployment.actual.alias
    return [
        Step(f"function {name}", "update", tuple(changes), lambda: _update(deployment, source, variables)),
        Step(
            f"alias {deployment.desired.alias}",
            "update",
            (Change("version", alias.version if alias else None, "newly published"),),
            lambda: _publish(deployment, source, is_rollback=is_rollback),
        ),
    ]


def _shown(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in variables.items() if name not in {*DEPLOY_VARIABLES, *RECORD_VARIABLES}}


def _update(deployment: Deployment, source: FunctionState, variables: Mapping[str, str]) -> None:
    account, name = deployment.account, deployment.desired.names.function
    state = settle(account, name, allows_failed_update=True)
    # Before anything is changed: it may have to be fetched.
    code = find_code(account, name, source) if state.code_sha256 != source.code_sha256 else None
    after = replace(source.config, environment=dict(variables))
    if state.config != after:
        update_config(account, name, after, state.config, state.revision)
        state = settle(account, name)
    if code is not None:
        update_code(account, name, after, code, state.revision)
        state = settle(account, name)
        if state.code_sha256 != source.code_sha256:
            raise OperationFailed(
                f"Somebody else has changed the code of {name} at the same time: run this command again"
            )
    tag_function(account, state.arn, {CODE_TAG: f"{variables.get(HASH_VARIABLE, '')} {state.code_sha256}"})


def _publish(deployment: Deployment, source: FunctionState, *, is_rollback: bool) -> None:
    account, names, alias = deployment.account, deployment.desired.names, deployment.actual.alias
    state = settle(account, names.function)
    made_of = Description.parse(source.description)
    description = replace(made_of, code_of=source.version, after=alias.version if alias else None)
    version = publish_version(account, state, names.function, str(description))
    settle(account, names.function, version)
    set_alias(account, names.function, deployment.desired.alias, version)
    deployment.version = version
    if is_rollback:
        untag_function(account, names.function_arn(account), PREVIOUS_TAG)
    prune_versions(account, names.function, [item.version for item in find_versions(account, names.function)])
