"""Whether what runs on a platform is what was recorded: its code by the content hash, and its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.deploy.change_lines import describe_interception
from biot_plugin_cli.deploy.config_changes import changed_fields, content_hash_of, normalized
from biot_plugin_cli.deploy.subscriptions import describe_subscription, subscription_key
from biot_plugin_cli.deploy.variables import HIDDEN, VARIABLES
from biot_plugin_cli.evidence.verification.difference import Difference

__all__ = ["compare_platform"]

_FIELDS = (
    "handler",
    "runtime",
    "timeout",
    "memorySize",
    "ephemeralStorage",
    "cors",
    "analyticsDbAccess",
    "cronSchedule",
)
_PLATFORM_ALONE = ("cors", "analyticsDbAccess")
_HOOKS = "subscriptions"


def compare_platform(
    status: Mapping[str, Any],
    package: Mapping[str, Any],
    configuration: Mapping[str, Any],
    recorded: Mapping[str, Any] | None,
) -> list[Difference]:
    """Compare what runs with what was recorded.

    Args:
        status: The plugin as the platform shows it; values that are not the manifest's are hidden.
        package: What identifies the package.
        configuration: The record of the configuration.
        recorded: The plugin as the platform showed it when the evidence was made; None if it was not asked.
    """
    name = str(status.get("name"))
    return [*_code(name, status, package, recorded), *_settings(name, status, configuration)]


def _code(
    name: str, status: Mapping[str, Any], package: Mapping[str, Any], recorded: Mapping[str, Any] | None
) -> Iterator[Difference]:
    # In an account of one's own, the function itself says what its code is.
    actual = status.get("contentHash") or content_hash_of(status)
    if actual != package["contentHash"]:
        problem = "runs other code" if actual else "does not say which code it runs"
        yield Difference("platform", name, problem, package["contentHash"], actual, "/contentHash")
    for member, key in (("codeSha256", "sha256"), ("imageDigest", "imageDigest")):
        if status.get(member) and package.get(key) and status[member] != package[key]:
            yield Difference("platform", name, "runs another package", package[key], status[member], f"/{member}")
    live = (recorded or {}).get("live") or {}
    version = _recorded_version(recorded, package["contentHash"])
    if version is not None and status.get("version") != version:
        yield Difference("platform", name, "has another version", version, status.get("version"), "/version")
    if live.get("endpointUrl") and status.get("endpointUrl") != live["endpointUrl"]:
        was, now = live["endpointUrl"], status.get("endpointUrl")
        yield Difference("platform", name, "is another plugin of the same name", was, now, "/endpointUrl")


def _recorded_version(recorded: Mapping[str, Any] | None, content_hash: str) -> int | None:
    versions = (recorded or {}).get("versions") or ()
    live = next((item for item in versions if item["live"] and item["contentHash"] == content_hash), None)
    return live["version"] if live else None


def _settings(name: str, status: Mapping[str, Any], configuration: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = normalized(configuration["config"]), normalized(status)
    # In an account of one's own, there is less to configure; what the manifest leaves open is the platform's.
    left_out = {*configuration["unmentioned"], *(_PLATFORM_ALONE if status.get("target") == "aws" else ())}
    fields = [field for field in _FIELDS if field not in left_out]
    recorded = {field: before.get(field) for field in fields}
    actual = {field: after.get(field) for field in fields}
    if configuration["hooksKnown"]:
        hooks = before[_HOOKS]
        recorded[_HOOKS], actual[_HOOKS] = _comparable(hooks, hooks), _comparable(after[_HOOKS], hooks)
    # What else the plugin has on the platform, such as secrets, is no part of the release.
    variables = {key: value for key, value in before[VARIABLES].items() if value != HIDDEN}
    recorded[VARIABLES], actual[VARIABLES] = variables, {key: after[VARIABLES].get(key) for key in variables}
    for change in changed_fields(recorded, actual):
        pointer = f"/{change.field.replace('.', '/')}"
        yield Difference("platform", name, "is configured differently", change.before, change.after, pointer)


def _comparable(subscriptions: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the orders that the platform has given to interceptions which declare none."""
    open_keys = [subscription_key(item) for item in declared["interceptions"] if item.get("order") is None]
    interceptions = [
        {name: value for name, value in item.items() if name != "order" or subscription_key(item) not in open_keys}
        for item in subscriptions["interceptions"]
    ]
    return {
        "interceptions": sorted(map(describe_interception, interceptions)),
        "notifications": sorted(map(describe_subscription, subscriptions["notifications"])),
    }
