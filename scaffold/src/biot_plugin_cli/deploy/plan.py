"""What a deployment will do: found by comparing the plugin on the platform with the one in this folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.environment_variables import HASH_VARIABLE

__all__ = [
    "HASH_VARIABLE",
    "INTERCEPTION_ORDER",
    "Change",
    "Plan",
    "content_hash_of",
    "is_reached",
    "is_untouched",
    "make_plan",
]

INTERCEPTION_ORDER = "subscriptions.interceptionOrder"
"""The order of all interceptions that have none of their own (contract section 6.4), among the fields of a plugin."""

_MOST = 32767
_PACKAGE_TYPE = "deploymentPackageType"

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changes.

    Attributes:
        field: Its name on the platform; with dots into an object.
        before: What it is; None where it is not.
        after: What it will be; None where it will not be.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done.

    Attributes:
        action: `create`, `update` or `none`.
        name: The plugin's name, without the prefix.
        config: The whole configuration as it will be.
        changes: The fields that change; all of them where the plugin is new.
        sends_code: Whether the code goes up.
        before: The plugin that is there; None where there is none.
        version: The version that will be there.
        content_hash: The content hash of the code that will be there; None where nobody told it.
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
        """The version that is there; None where there is none."""
        return None if self.before is None else self.before["version"]

    @property
    def changed_config(self) -> dict[str, Any]:
        """The fields of the configuration that an update has to send, the version among them."""
        fields = {change.field.partition(".")[0] for change in self.changes}
        if self.sends_code:
            fields |= {"environmentVariables"}
        return {"version": self.version, **{name: self.config.get(name) for name in fields}}


def content_hash_of(present: Config) -> str | None:
    """The content hash of the code that a plugin on the platform has; None where nobody told."""
    found = (present.get("environmentVariables") or {}).get(HASH_VARIABLE)
    return found if isinstance(found, str) else None


def make_plan(
    present: Config | None, wanted: Config, content_hash: str | None, *, unmentioned: Collection[str] = ()
) -> Plan:
    """Compare.

    Args:
        present: The plugin as the platform shows it; None where it has none of this name.
        wanted: The configuration that makes the plugin.
        content_hash: What tells the code from all other code; None has the code that is there stay.
        unmentioned: Fields that an update leaves alone; `INTERCEPTION_ORDER` may be among them.

    Raises:
        InvalidPlugin: The plugin on the platform cannot become the one that is wanted.
    """
    if present is None:
        return _creation(wanted, content_hash)
    _check_package_type(present, wanted)
    whole = {"cronSchedule": None, **wanted}
    mentioned = {name: value for name, value in whole.items() if name not in unmentioned and name != "version"}
    if INTERCEPTION_ORDER in unmentioned and mentioned.get("subscriptions"):
        order = (present.get("subscriptions") or {}).get("interceptionOrder")
        mentioned["subscriptions"] = {**mentioned["subscriptions"], "interceptionOrder": order}
    return _update(present, {**present, **mentioned}, content_hash)


def _creation(wanted: Config, content_hash: str | None) -> Plan:
    changes = _changes({}, {name: value for name, value in wanted.items() if name not in ("name", "version")})
    config = _with_hash(wanted, content_hash)
    return Plan("create", wanted["name"], config, changes, True, None, wanted["version"], content_hash)


def _update(present: Config, wanted: Config, content_hash: str | None) -> Plan:
    there = content_hash_of(present)
    sends_code = content_hash not in (None, there)
    version = _next(present["version"]) if sends_code else present["version"]
    before, after = _comparable(present), _comparable(wanted)
    changes = _changes(before, after)
    removed = {name: None for name in before if name not in after}
    config = _with_hash({**after, **removed, "version": version}, content_hash or there)
    action: Literal["update", "none"] = "update" if changes or sends_code else "none"
    return Plan(action, wanted["name"], config, changes, sends_code, present, version, content_hash or there)


def _with_hash(config: Config, content_hash: str | None) -> dict[str, Any]:
    told = {} if content_hash is None else {HASH_VARIABLE: content_hash}
    return {**config, "environmentVariables": {**config.get("environmentVariables", {}), **told}}


def is_reached(plan: Plan, present: Config) -> bool:
    """Whether the plugin on the platform is what a plan makes of it."""
    as_planned = bool(present["version"] == plan.version) and content_hash_of(present) == plan.content_hash
    return as_planned and make_plan(present, plan.config, plan.content_hash).action == "none"


def is_untouched(plan: Plan, present: Config) -> bool:
    """Whether the plugin on the platform is still what it was when the plan was made."""
    before = plan.before
    return (
        before is not None
        and present["version"] == before["version"]
        and content_hash_of(present) == content_hash_of(before)
        and _comparable(present) == _comparable(before)
    )


def _check_package_type(present: Config, wanted: Config) -> None:
    there, here = present.get(_PACKAGE_TYPE) or "ZIP", wanted.get(_PACKAGE_TYPE) or "ZIP"
    if there != here:
        raise InvalidPlugin(
            f"The plugin on the platform is of the package type {there} and this one is of {here}, and that stays: "
            f"set package = '{there.lower()}' in pyproject.toml, or delete the plugin first"
        )


def _next(version: int) -> int:
    if version >= _MOST:
        raise InvalidPlugin(
            f"The plugin on the platform has version {version}, the last that there can be: delete it first"
        )
    return version + 1


_NOT_CONFIG = frozenset({"endpointUrl", "linkToConsole", "creationTime", "lastModifiedTime", "version"})


def _comparable(config: Config) -> dict[str, Any]:
    """The configuration in one form: without what the platform adds, without nulls, with subscriptions in order."""
    kept = {name: value for name, value in config.items() if name not in _NOT_CONFIG and value is not None}
    variables = {**kept.get("environmentVariables", {})}
    variables.pop(HASH_VARIABLE, None)
    return {**kept, "environmentVariables": variables, "subscriptions": _subscriptions(kept.get("subscriptions") or {})}


def _subscriptions(subscriptions: Config) -> dict[str, Any]:
    lists = {
        name: sorted(map(_bare, subscriptions.get(name) or ()), key=_key) for name in ("interceptions", "notifications")
    }
    return {"interceptionOrder": subscriptions.get("interceptionOrder") or 1, **lists}


def _bare(one: Config) -> dict[str, Any]:
    return {name: value for name, value in one.items() if value is not None}


def _key(one: Config) -> list[tuple[str, str]]:
    return sorted((name, str(value)) for name, value in one.items())


def _changes(before: Config, after: Config, within: str = "") -> tuple[Change, ...]:
    found: list[Change] = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += _changes(old, new, f"{within}{name}.")
        elif old != new:
            found.append(Change(f"{within}{name}", old, new))
    return tuple(found)
