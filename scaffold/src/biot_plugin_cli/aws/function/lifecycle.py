"""The Lambda function: reading, creating, changing, publishing and deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.function.state import FunctionCode, FunctionConfig, FunctionState
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.aws.waiting import until, when_ready
from biot_plugin_cli.errors import OperationFailed

__all__ = [
    "create_function",
    "delete_function",
    "find_function",
    "find_image_uri",
    "find_versions",
    "publish_version",
    "settle",
    "tag_function",
    "untag_function",
    "update_code",
    "update_config",
]


def find_function(account: Account, name: str, version: str | None = None) -> FunctionState | None:
    """Read a function; None if there is none.

    Args:
        account: The account.
        name: The function's name.
        version: The number of a version, or an alias; None for the function itself.
    """
    qualifier: dict[str, Any] = {"Qualifier": version} if version else {}
    response = find(lambda: account.lambda_functions.get_function(FunctionName=name, **qualifier))
    if response is None:
        return None
    state = FunctionState.of(response["Configuration"], response.get("Tags") or {})
    return replace(state, concurrency=(response.get("Concurrency") or {}).get("ReservedConcurrentExecutions"))


def find_image_uri(account: Account, name: str) -> str:
    """Read the address of a function's image; empty for none."""
    response = find(lambda: account.lambda_functions.get_function(FunctionName=name))
    return response["Code"].get("ImageUri", "") if response else ""


def find_versions(account: Account, name: str) -> list[FunctionState]:
    """Read all published versions of a function, the oldest first."""
    pages = account.lambda_functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    documents = [version for page in pages for version in page["Versions"]]
    states = [FunctionState.of(document, {}) for document in documents]
    return sorted((state for state in states if state.version.isdecimal()), key=lambda state: int(state.version))


def create_function(
    account: Account, name: str, config: FunctionConfig, code: FunctionCode, tags: Mapping[str, str]
) -> bool:
    """Create a function, once its role can be assumed; return whether it did not exist already."""
    created = when_ready(
        lambda: unless_exists(
            lambda: account.lambda_functions.create_function(
                FunctionName=name,
                **config.request(),
                Architectures=[config.architecture],  # type: ignore[list-item]
                PackageType=code.package_type,
                Code=code.location,  # type: ignore[arg-type]
                Tags=dict(tags),
            )
        )
    )
    return created is not None


def update_config(
    account: Account, name: str, config: FunctionConfig, before: FunctionConfig, revision: str | None
) -> None:
    """Set a function's configuration, unless somebody else has changed it since it was read.

    Args:
        account: The account.
        name: The function's name.
        config: The configuration.
        before: The configuration as it is: what somebody has set by hand is taken back.
        revision: The state that was read; None if AWS does not tell.
    """
    condition: dict[str, Any] = {"RevisionId": revision} if revision else {}
    when_ready(
        lambda: account.lambda_functions.update_function_configuration(
            FunctionName=name, **config.request(), **before.resets(name), **condition
        )
    )


def update_code(account: Account, name: str, config: FunctionConfig, code: FunctionCode, revision: str | None) -> None:
    """Set a function's code, unless somebody else has changed it since it was read."""
    condition: dict[str, Any] = {"RevisionId": revision} if revision else {}
    account.lambda_functions.update_function_code(
        FunctionName=name,
        **code.location,
        Architectures=[config.architecture],  # type: ignore[list-item]
        **condition,
    )


def settle(
    account: Account, name: str, version: str | None = None, *, allows_failed_update: bool = False
) -> FunctionState:
    """Wait until AWS has completed every change of a function, and return it.

    Args:
        account: The account.
        name: The function's name.
        version: The number of a version; None for the function itself.
        allows_failed_update: Whether the last update may have failed, as the next one may not.

    Raises:
        OperationFailed: The change failed, or takes too long.
    """

    def read() -> FunctionState:
        state = find_function(account, name, version)
        if state is None:
            raise OperationFailed(f"The function {name} was deleted in the meantime: run this command again")
        return state

    return until(read, lambda state: _is_settled(state, allows_failed_update), f"the function {name}")


def publish_version(account: Account, state: FunctionState, name: str, description: str) -> str:
    """Publish a function's code and configuration as a version that never changes; return its number.

    A version that has the same already, as after an interruption, is used again.
    """
    for version in reversed(find_versions(account, name)):
        if version.has_snapshot(state):
            return version.version
    published = account.lambda_functions.publish_version(
        FunctionName=name, CodeSha256=state.code_sha256, Description=description
    )
    return published["Version"]


def tag_function(account: Account, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags to a function."""
    if tags:
        account.lambda_functions.tag_resource(Resource=arn, Tags=dict(tags))


def untag_function(account: Account, arn: str, *names: str) -> None:
    """Remove tags from a function."""
    account.lambda_functions.untag_resource(Resource=arn, TagKeys=list(names))


def delete_function(account: Account, name: str) -> None:
    """Delete a function, with its versions, aliases and permissions."""
    tolerate(lambda: account.lambda_functions.delete_function(FunctionName=name))


def _is_settled(state: FunctionState, allows_failed_update: bool) -> bool:
    if state.status == "Failed" or (state.update_status == "Failed" and not allows_failed_update):
        raise OperationFailed(
            f"AWS could not complete the change of {state.arn} ({state.reason or 'no reason'}): correct it, and run "
            "this command again"
        )
    return state.status != "Pending" and state.update_status != "InProgress"
