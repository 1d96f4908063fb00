"""The published version, and the alias that calls it: moved last, so that callers see the old code or the new one."""

from __future__ import annotations

from biot_plugin_cli.aws.function.alias import Alias, prune_versions, set_alias
from biot_plugin_cli.aws.function.lifecycle import find_versions, publish_version, settle, tag_function
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE
from biot_plugin_cli.own_account.actual_state import PREVIOUS_TAG
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.description import Description

__all__ = ["move_alias", "plan_version"]


def plan_version(deployment: Deployment, *, function_changes: bool) -> list[Step]:
    """Plan the version that the alias calls.

    Args:
        deployment: The deployment.
        function_changes: Whether an earlier step changes the function.
    """
    actual = deployment.actual
    if actual.alias is not None:
        deployment.version = actual.alias.version
    is_live = (
        actual.function is not None
        and actual.live is not None
        and actual.live.has_snapshot(actual.function)
        and actual.alias is not None
        and not actual.alias.others
    )
    if is_live and not function_changes:
        return []
    before = actual.alias.version if actual.alias else None
    return [
        Step(
            f"alias {deployment.desired.alias}",
            "update" if actual.alias else "create",
            (Change("version", before, "newly published"), *_split(actual.alias)),
            lambda: _publish(deployment),
        )
    ]


def _split(alias: Alias | None) -> tuple[Change, ...]:
    others = alias.others if alias else {}
    shares = ", ".join(f"{share:.0%} to version {version}" for version, share in sorted(others.items()))
    return (Change("otherCalls", shares, None),) if shares else ()


def _publish(deployment: Deployment) -> None:
    account, name = deployment.account, deployment.desired.names.function
    state = settle(account, name)
    before = deployment.actual.alias
    commit = state.config.environment.get(COMMIT_VARIABLE)
    description = Description(deployment.desired.content_hash, commit, after=before.version if before else None)
    version = publish_version(account, state, name, str(description))
    settle(account, name, version)
    move_alias(deployment, version)
    prune_versions(account, name, [state.version for state in find_versions(account, name)])


def move_alias(deployment: Deployment, version: str) -> None:
    """Let the alias call a version, and record which one it called before."""
    account, names, alias = deployment.account, deployment.desired.names, deployment.actual.alias
    if alias is not None and alias.version != version:
        tag_function(account, names.function_arn(account), {PREVIOUS_TAG: alias.version})
    set_alias(account, names.function, deployment.desired.alias, version)
    deployment.version = version
