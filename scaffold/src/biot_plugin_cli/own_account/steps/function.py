"""The function: its configuration and its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from biot_plugin_cli.aws.function.lifecycle import (
    create_function,
    delete_function,
    settle,
    tag_function,
    update_code,
    update_config,
)
from biot_plugin_cli.aws.function.state import FunctionConfig, FunctionState
from biot_plugin_cli.aws.limits import require_environment_size
from biot_plugin_cli.deploy.subscriptions import describe_subscription
from biot_plugin_cli.deploy.versions.record import fit_records
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE, HASH_VARIABLE, RECORD_VARIABLES
from biot_plugin_cli.own_account.actual_state import CODE_TAG
from biot_plugin_cli.own_account.code.deployable import Code
from biot_plugin_cli.own_account.desired_state import DEPLOY_VARIABLES
from biot_plugin_cli.own_account.hook_record import HOOKS_VARIABLE, decode_hooks
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for

__all__ = ["code_changes", "describe_hooks", "plan_function"]

_RECORDS = (HOOKS_VARIABLE, *RECORD_VARIABLES)


def plan_function(deployment: Deployment) -> list[Step]:
    """Plan the function.

    Raises:
        InvalidPlugin: Its environment variables are too large, or it cannot have such code.
    """
    desired, before = deployment.desired, deployment.actual.function
    _require_same_package_type(deployment)
    after = _desired_config(deployment)
    require_environment_size(after.environment, desired.manifest.environment)
    tags = _tags(deployment)
    fields = {**_fields(after), "code": _code(desired.content_hash), "tags": tags}
    return step_for(
        f"function {desired.names.function}",
        _fields_before(deployment, before, tags) if before and not _is_failed(before) else None,
        fields,
        lambda: _create(deployment),
        lambda: _update(deployment),
    )


def code_changes(deployment: Deployment) -> bool:
    """Whether the function has other code than the desired one.

    The same files may be compressed to other bytes elsewhere, so the tag says which code the bytes stand for.
    """
    before = deployment.actual.function
    if before is None:
        return True
    recorded = f"{deployment.desired.content_hash} {before.code_sha256}"
    return before.code_sha256 != _code_of(deployment).sha256 and before.tags.get(CODE_TAG) != recorded


def describe_hooks(document: Mapping[str, Any] | None) -> list[str]:
    """Describe hooks, each in a line."""
    if document is None:
        return []
    lines = [
        describe_subscription(item) + (f" order {item['order']}" if item.get("order") else "")
        for name in ("interceptions", "notifications")
        for item in document.get(name) or ()
    ]
    cron = document.get("cronSchedule")
    return sorted([*lines, *([f"schedule {cron}"] if cron else [])])


def _create(deployment: Deployment) -> None:
    account, name, before = deployment.account, deployment.desired.names.function, deployment.actual.function
    if before is not None and before.status == "Failed":
        # Its creation failed, and such a function cannot be updated.
        delete_function(account, name)
    code = _code_of(deployment).function_code(account)
    created = create_function(account, name, _desired_config(deployment), code, _tags(deployment))
    settle(account, name)
    if not created:
        # The response of an earlier request was lost, or somebody else has made it in the meantime.
        _update(deployment)


def _update(deployment: Deployment) -> None:
    account, name, desired = deployment.account, deployment.desired.names.function, _desired_config(deployment)
    state = settle(account, name, allows_failed_update=True)
    after = replace(desired, environment={**_others(state), **desired.environment})
    if state.config != after or state.update_status == "Failed" or _has_new_role(deployment):
        update_config(account, name, after, state.config, state.revision)
        state = settle(account, name)
    code = _code_of(deployment)
    deployed = replace(deployment, actual=replace(deployment.actual, function=state))
    if code_changes(deployed):
        update_code(account, name, after, code.function_code(account), state.revision)
        state = settle(account, name)
        if state.code_sha256 != code.sha256:
            raise OperationFailed(
                f"Somebody else has changed the code of {name} at the same time: run this command again"
            )
        deployed = replace(deployment, actual=replace(deployment.actual, function=state))
    tags = _tags(deployed)
    tag_function(account, state.arn, {key: value for key, value in tags.items() if state.tags.get(key) != value})


def _desired_config(deployment: Deployment) -> FunctionConfig:
    before = deployment.actual.function
    config = deployment.desired.function(deployment.role_arn, deployment.service_variables)
    environment = {**(_others(before) if before else {}), **config.environment}
    hooks = before.config.environment.get(HOOKS_VARIABLE) if before else None
    # Another version of zlib may have compressed the same hooks to other bytes.
    if hooks and deployment.desired.hooks is not None and decode_hooks(hooks) == deployment.desired.hooks:
        environment[HOOKS_VARIABLE] = hooks
    commit = _commit_after(deployment)
    return replace(config, environment=fit_records(environment, {COMMIT_VARIABLE: commit} if commit else {}))


def _commit_after(deployment: Deployment) -> str | None:
    """Return what is recorded of the commit: another commit with the same code is no change."""
    before = deployment.actual.function
    if before is None or code_changes(deployment):
        return deployment.desired.commit
    return before.config.environment.get(COMMIT_VARIABLE)


def _others(state: FunctionState) -> dict[str, str]:
    """Return the variables that neither the manifest nor a deployment sets: they are left as they are."""
    return {name: value for name, value in state.config.environment.items() if name not in DEPLOY_VARIABLES}


def _tags(deployment: Deployment) -> dict[str, str]:
    before, code = deployment.actual.function, _code_of(deployment).sha256
    if before is not None and not code_changes(deployment):
        code = before.code_sha256
    return {**deployment.desired.tags, CODE_TAG: f"{deployment.desired.content_hash} {code}"}


def _fields_before(deployment: Deployment, before: FunctionState, tags: Mapping[str, str]) -> dict[str, Any]:
    is_other = code_changes(deployment)
    recorded = before.tags.get(CODE_TAG, "").split(" ")
    is_by_hand = recorded[-1] != before.code_sha256
    code = "changed by hand" if is_other and is_by_hand else _code(recorded[0])
    return {
        **_fields(before.config),
        **({"role": "deleted"} if _has_new_role(deployment) else {}),
        **({"lastUpdate": f"failed: {before.reason}"} if before.update_status == "Failed" else {}),
        "code": code if is_other else _code(deployment.desired.content_hash),
        # It follows the code, and is no change of its own.
        **({"contentHash": _code(deployment.desired.content_hash)} if is_other else {}),
        "tags": compare_tags(before.tags, tags),
    }


def _fields(config: FunctionConfig) -> dict[str, Any]:
    variables = {name: value for name, value in config.environment.items() if name not in _RECORDS}
    vpc = {"subnets": list(config.subnets), "securityGroups": list(config.security_groups)} if config.subnets else {}
    return {
        **({"runtime": config.runtime, "handler": config.handler} if config.runtime else {}),
        "architecture": config.architecture,
        "timeout": config.timeout,
        "memorySize": config.memory_size,
        "ephemeralStorage": config.ephemeral_storage,
        "role": config.role,
        **vpc,
        **({"kmsKey": config.kms_key} if config.kms_key else {}),
        **{f"{name[0].lower()}{name[1:]}": value for name, value in config.by_hand.items()},
        "environmentVariables": variables,
        "hooks": describe_hooks(decode_hooks(config.environment.get(HOOKS_VARIABLE))),
        "contentHash": _code(config.environment.get(HASH_VARIABLE, "")),
    }


def _has_new_role(deployment: Deployment) -> bool:
    """Whether the role is made again: what AWS granted to the old one of this name, it does not grant to this one."""
    return deployment.actual.role is None and deployment.desired.settings.role is None


def _is_failed(state: FunctionState) -> bool:
    return state.status == "Failed"


def _code_of(deployment: Deployment) -> Code:
    code = deployment.desired.code
    if code is None:
        raise OperationFailed("There is no code to deploy: this is a bug, run the command again with --debug")
    return code


def _require_same_package_type(deployment: Deployment) -> None:
    before, is_image = deployment.actual.function, deployment.desired.is_image
    if before is None or _is_failed(before) or (before.package_type == "Image") == is_image:
        return
    name, old, new = deployment.desired.names.function, *(("zip", "image") if is_image else ("image", "zip"))
    raise InvalidPlugin(
        f"The function {name} has the package type {old}, which cannot be changed to {new}: set package = '{old}' in "
        "pyproject.toml, or delete the plugin first"
    )


def _code(content_hash: str) -> str:
    return content_hash[:16]
