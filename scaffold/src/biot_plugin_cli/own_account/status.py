"""Shows plugins as they are in one's own AWS account, in the form in which the platform shows its plugins."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.alias import find_alias
from biot_plugin_cli.aws.function.lifecycle import find_function
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.function.url import find_url
from biot_plugin_cli.aws.log_group import find_log_group
from biot_plugin_cli.aws.names import ALIAS, ENVIRONMENT_TAG, OWNER, OWNER_TAG, PLUGIN_TAG
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.variables import HIDDEN, hide_value
from biot_plugin_cli.errors import CliError, OperationFailed, PlatformRefused, PlatformUnreachable
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from biot_plugin_cli.own_account.actual_state import DISABLED, ENABLED, STATE_TAG, ActualState, read_actual_state
from biot_plugin_cli.own_account.desired_state import KEY_VARIABLE, LABEL_VARIABLES
from biot_plugin_cli.own_account.hook_record import HOOKS_VARIABLE, decode_hooks
from biot_plugin_cli.own_account.place import Place

__all__ = ["list_plugins", "require_deployed", "show_status"]

T = TypeVar("T")


def show_status(place: Place) -> dict[str, Any]:
    """Return the plugin as it is in the account; values that pyproject.toml does not have are hidden.

    Only what is shown is read. What cannot be read of it is left out, and `problems` says why.

    Raises:
        OperationFailed: It is not there.
        CliError: AWS cannot be reached, or refuses to show the function.
    """
    account, name = place.account, place.names.function
    problems = list[CliError]()
    with explained():
        function = find_function(account, name)
        alias = find_alias(account, name, ALIAS) if function else None
        live = find_function(account, name, alias.version) if alias else None
    actual = ActualState(
        function=function,
        live=live,
        log_group=None if function else _attempt(lambda: find_log_group(account, place.names.log_group), problems),
        url=_attempt(lambda: find_url(account, name, ALIAS), problems) if live else None,
    )
    _require_live(place, actual)
    if function is None or live is None:
        raise _absent(place)
    document = _describe(account, live, function.tags, place.plugin.manifest.environment)
    return {
        **document,
        "endpointUrl": actual.address,
        "linkToConsole": console_link(account, name),
        "reservedConcurrency": function.concurrency,
        "lastModifiedTime": function.modified,
        "problems": [{"message": str(error), "exitCode": error.exit_code} for error in problems],
    }


def require_deployed(place: Place) -> ActualState:
    """Read what there is, and require that the plugin is deployed.

    Raises:
        OperationFailed: It is not, or its deployment was interrupted.
    """
    actual = read_actual_state(place.account, place.names, place.settings)
    _require_live(place, actual)
    return actual


def _require_live(place: Place, actual: ActualState) -> None:
    owner = actual.function.tags.get(PLUGIN_TAG) if actual.function else None
    if actual.live is None and (owner == place.names.plugin or (actual.log_group and not actual.function)):
        raise OperationFailed(
            f"The deployment of {place.names.plugin} to the AWS account {place.account.id} was not completed: run "
            "biot-plugin deploy again, or biot-plugin delete"
        )
    if actual.live is None or owner != place.names.plugin:
        raise _absent(place)


def _attempt(read: Callable[[], T], problems: list[CliError]) -> T | None:
    """Read something; None if it cannot be read, which is noted."""
    try:
        with explained():
            return read()
    except (PlatformRefused, PlatformUnreachable) as error:
        problems.append(error)
        return None


def list_plugins(place: Place) -> list[dict[str, Any]]:
    """Return all plugins that were deployed to the account and region, sorted by name."""
    account = place.account
    with explained():
        pages = account.tagging.get_paginator("get_resources").paginate(
            ResourceTypeFilters=["lambda:function"], TagFilters=[{"Key": OWNER_TAG, "Values": [OWNER]}]
        )
        arns = [resource.get("ResourceARN", "") for page in pages for resource in page["ResourceTagMappingList"]]
        functions = (_find_live(account, arn.split(":")[6]) for arn in arns)
        documents = [_describe(account, live, tags, {}) for live, tags in filter(None, functions)]
    return sorted(documents, key=lambda document: (document["name"], document["environment"] or ""))


def console_link(account: Account, function: str) -> str:
    """Return the page of a function in AWS's console."""
    host = "console.amazonaws.cn" if account.partition == "aws-cn" else "console.aws.amazon.com"
    region = account.region_name
    return f"https://{region}.{host}/lambda/home?region={region}#/functions/{function}"


def _find_live(account: Account, name: str) -> tuple[FunctionState, Mapping[str, str]] | None:
    function = find_function(account, name)
    live = find_function(account, name, ALIAS) if function else None
    return (live or function, function.tags) if function else None


def _describe(
    account: Account, live: FunctionState, tags: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, Any]:
    config = live.config
    hooks = decode_hooks(config.environment.get(HOOKS_VARIABLE)) or {}
    variables = {
        name: value
        if name in LABEL_VARIABLES
        else HIDDEN
        if name == KEY_VARIABLE
        else hide_value(name, value, environment)
        for name, value in config.environment.items()
        if name != HOOKS_VARIABLE
    }
    return {
        "name": tags.get(PLUGIN_TAG, ""),
        "environment": tags.get(ENVIRONMENT_TAG),
        "displayName": config.environment.get("BIOT_APP_NAME"),
        "target": "aws",
        "version": int(live.version) if live.version.isdecimal() else None,
        "enabledState": DISABLED if tags.get(STATE_TAG) == DISABLED else ENABLED,
        "function": live.arn.split(":")[6],
        "account": account.id,
        "region": account.region_name,
        "packageType": live.package_type.lower(),
        "runtime": config.runtime or None,
        "handler": config.handler or None,
        **({"imageDigest": f"sha256:{live.code_sha256}"} if live.package_type == "Image" else {}),
        **({"codeSha256": _hexadecimal(live.code_sha256)} if live.package_type == "Zip" else {}),
        "architecture": config.architecture,
        "timeout": config.timeout,
        "memorySize": config.memory_size,
        "ephemeralStorage": config.ephemeral_storage,
        "role": config.role,
        "cronSchedule": hooks.get("cronSchedule"),
        "environmentVariables": variables,
        "contentHash": config.environment.get(HASH_VARIABLE),
        "subscriptions": {name: hooks.get(name) or [] for name in ("interceptions", "notifications")},
        "lastModifiedTime": live.modified,
    }


def _hexadecimal(digest: str) -> str:
    """Return what AWS has in base64 as everybody else has it."""
    return base64.b64decode(digest).hex()


def _absent(place: Place) -> OperationFailed:
    return OperationFailed(
        f"There is no plugin {place.names.plugin} in the AWS account {place.account.id}, {place.account.region_name}: "
        "deploy it first"
    )
