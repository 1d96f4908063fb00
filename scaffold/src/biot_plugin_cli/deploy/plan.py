"""Plans a deployment: compares the plugin on the platform with the one in this repository."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from biot_plugin_cli.deploy.config_changes import Change, Config, changed_fields, content_hash_of, normalized
from biot_plugin_cli.deploy.subscriptions import merge_subscriptions
from biot_plugin_cli.deploy.variables import VARIABLES, deployed_variables
from biot_plugin_cli.deploy.versions.record import UNKNOWN_ORIGIN, CodeOrigin, fit_records, records_after
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.environment_variables import (
    COMMIT_VARIABLE,
    HASH_VARIABLE,
    SECRETS_VARIABLE,
    VERSIONS_VARIABLE,
)
from biot_plugin_cli.manifest.members.plugin import MAX_VERSION

__all__ = ["INTERCEPTION_ORDER", "Plan", "is_applied", "is_same_plan", "is_untouched", "make_plan"]

INTERCEPTION_ORDER = "subscriptions.interceptionOrder"
"""The field with the order of all interceptions that have none of their own (contract section 6.4)."""

# The most important ones first.
_RECORDS = (COMMIT_VARIABLE, SECRETS_VARIABLE, VERSIONS_VARIABLE)
_PACKAGE_TYPE = "deploymentPackageType"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment will do.

    Attributes:
        action: `create`, `update` or `none`.
        name: The plugin's name, without the prefix.
        config: The whole configuration after the deployment.
        changes: The fields that change; all of them if the plugin is new.
        sends_code: Whether the code is uploaded.
        before: The plugin on the platform; None if there is none.
        version: The version after the deployment.
        content_hash: The content hash of the code after the deployment; None if it is unknown.
    """

    action: Literal["create", "update", "none"]
    name: str
    config: Config
    changes: tuple[Change, ...]
    sends_code: bool
    before: Config | None
    version: int
    content_hash: str | None

    @property
    def version_before(self) -> int | None:
        """The version on the platform; None if there is none."""
        return None if self.before is None else self.before["version"]

    @property
    def changed_config(self) -> dict[str, Any]:
        """The fields of the configuration that an update sends, including the version."""
        fields = {change.field.partition(".")[0] for change in self.changes}
        if self.sends_code:
            fields |= {VARIABLES}
        return {"version": self.version, **{name: self.config.get(name) for name in fields}}


def make_plan(
    deployed: Config | None,
    config: Config,
    content_hash: str | None,
    *,
    unmentioned: Collection[str] = (),
    origin: CodeOrigin = UNKNOWN_ORIGIN,
    removed: Collection[str] = (),
) -> Plan:
    """Plan a deployment.

    Variables, lists of `cors` and orders of interceptions that the configuration does not name stay as they are on the
    platform, name by name.

    Args:
        deployed: The plugin as the platform shows it; None if it does not have it.
        config: The plugin's configuration.
        content_hash: The content hash of the plugin's code; None to leave the code unchanged.
        unmentioned: Fields that an update leaves unchanged; `INTERCEPTION_ORDER` may be among them.
        origin: Where the code comes from, which is recorded if it is sent.
        removed: The variables that are removed from the platform.

    Raises:
        InvalidPlugin: The deployed plugin cannot be updated.
    """
    if deployed is None:
        return _plan_creation(config, content_hash, origin)
    _require_same_package_type(deployed, config)
    whole = {"cronSchedule": None, **config}
    mentioned = {name: value for name, value in whole.items() if name not in unmentioned and name != "version"}
    merged = _merged(deployed, mentioned, adopts_orders=INTERCEPTION_ORDER in unmentioned)
    merged[VARIABLES] = {name: text for name, text in merged[VARIABLES].items() if name not in removed}
    return _plan_update(deployed, {**deployed, **merged}, content_hash, origin)


def _merged(deployed: Config, mentioned: Config, *, adopts_orders: bool) -> dict[str, Any]:
    """Merge those fields name by name that the platform replaces as a whole."""
    merged = {**mentioned, VARIABLES: {**deployed_variables(deployed), **(mentioned.get(VARIABLES) or {})}}
    if mentioned.get("cors"):
        merged["cors"] = {**(deployed.get("cors") or {}), **mentioned["cors"]}
    if mentioned.get("subscriptions"):
        before = deployed.get("subscriptions") or {}
        merged["subscriptions"] = merge_subscriptions(before, mentioned["subscriptions"], adopts_orders=adopts_orders)
    return merged


def _plan_creation(config: Config, content_hash: str | None, origin: CodeOrigin) -> Plan:
    fields = {name: value for name, value in config.items() if name not in ("name", "version")}
    hashed = _with_records(config, content_hash, records_after(None, config["version"], origin))
    return Plan(
        "create", config["name"], hashed, changed_fields({}, fields), True, None, config["version"], content_hash
    )


def _plan_update(deployed: Config, config: Config, content_hash: str | None, origin: CodeOrigin) -> Plan:
    deployed_hash = content_hash_of(deployed)
    sends_code = content_hash not in (None, deployed_hash)
    version = _next_version(deployed["version"]) if sends_code else deployed["version"]
    before, after = normalized(deployed), normalized(config)
    changes = changed_fields(before, after)
    removed = {name: None for name in before if name not in after}
    # What does not change is sent back as it came.
    unchanged = {name: deployed[name] for name in before if name in deployed and before[name] == after.get(name)}
    as_declared = {"cors": config["cors"]} if config.get("cors") else {}
    variables = {VARIABLES: after[VARIABLES]}
    hash_after = content_hash or deployed_hash
    records = records_after(config, version, origin) if sends_code else _records_of(config)
    whole = {**after, **removed, **as_declared, **unchanged, **variables, "version": version}
    whole = _with_records(whole, hash_after, records)
    action: Literal["update", "none"] = "update" if changes or sends_code else "none"
    return Plan(action, config["name"], whole, changes, sends_code, deployed, version, hash_after)


def _with_records(config: Config, content_hash: str | None, records: Mapping[str, str]) -> dict[str, Any]:
    hashed = {} if content_hash is None else {HASH_VARIABLE: content_hash}
    return {**config, VARIABLES: fit_records({**config.get(VARIABLES, {}), **hashed}, records)}


def _records_of(config: Config) -> dict[str, str]:
    """Select the records of a plugin, which stay as they are where no code is sent."""
    variables = deployed_variables(config)
    return {name: variables[name] for name in _RECORDS if isinstance(variables.get(name), str)}


def is_same_plan(plan: Plan, other: Plan) -> bool:
    """Whether two plans do the same, whatever they leave unchanged."""
    return (plan.action, plan.version_before, plan.version, plan.sends_code, plan.changes) == (
        other.action,
        other.version_before,
        other.version,
        other.sends_code,
        other.changes,
    )


def is_applied(plan: Plan, deployed: Config) -> bool:
    """Whether the plugin on the platform is what the plan results in."""
    is_planned = bool(deployed["version"] == plan.version) and content_hash_of(deployed) == plan.content_hash
    removed = {*normalized(plan.before or {})[VARIABLES]} - {*normalized(plan.config)[VARIABLES]}
    if removed & {*normalized(deployed)[VARIABLES]}:
        return False
    return is_planned and make_plan(deployed, plan.config, plan.content_hash).action == "none"


def is_untouched(plan: Plan, deployed: Config) -> bool:
    """Whether the plugin on the platform is unchanged since the plan was made."""
    before = plan.before
    return (
        before is not None
        and deployed["version"] == before["version"]
        and content_hash_of(deployed) == content_hash_of(before)
        and normalized(deployed) == normalized(before)
    )


def _require_same_package_type(deployed: Config, config: Config) -> None:
    old, new = deployed.get(_PACKAGE_TYPE) or "ZIP", config.get(_PACKAGE_TYPE) or "ZIP"
    if old != new:
        raise InvalidPlugin(
            f"The plugin on the platform has the package type {old}, which cannot be changed to {new}: "
            f"set package = '{old.lower()}' in pyproject.toml, or delete the plugin first"
        )


def _next_version(version: int) -> int:
    if version >= MAX_VERSION:
        raise InvalidPlugin(
            f"The plugin on the platform has version {version}, the highest possible one: delete it first"
        )
    return version + 1
