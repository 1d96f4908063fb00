"""Describes the changes of a plan to people: each changed member of a field in a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.deploy.config_changes import Change, changed_fields
from biot_plugin_cli.deploy.subscriptions import Subscription, describe_subscription, subscription_key
from biot_plugin_cli.deploy.variables import VARIABLES, hide_value
from biot_plugin_cli.terminal.plain_text import one_line

__all__ = ["ChangeLine", "describe_changes", "describe_interception", "hide_changes"]

_SUBSCRIPTION_LISTS = ("subscriptions.interceptions", "subscriptions.notifications")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of a plan.

    Attributes:
        field: The field of the configuration.
        verb: `added`, `removed`, `moved` or `changed`; empty for a field that has a single value.
        member: The member of the field; empty for a field that has a single value.
        before: Its value before; empty if it has none.
        after: Its value after; empty if it has none.
    """

    field: str
    verb: str
    member: str
    before: str
    after: str


def hide_changes(changes: Iterable[Change], environment: Mapping[str, str]) -> tuple[Change, ...]:
    """Hide the values of variables that the manifest does not have.

    Args:
        changes: The changes of a plan.
        environment: The variables of the manifest.
    """
    return tuple(_hide_change(change, environment) for change in changes)


def describe_changes(changes: Iterable[Change]) -> list[ChangeLine]:
    """Describe changes, in the order of the configuration.

    Args:
        changes: The changes, without values that must not be shown.
    """
    return [line for change in changes for part in _expand(change) for line in _describe(part)]


def describe_interception(interception: Subscription) -> str:
    """Describe an interception, such as `PRE_REQUEST POST/organization/v1/users/patients order 5`."""
    order = interception.get("order")
    return describe_subscription(interception) + (f" order {order}" if order is not None else "")


def _hide_change(change: Change, environment: Mapping[str, str]) -> Change:
    field, _, name = change.field.partition(".")
    if field != VARIABLES:
        return change
    values = [
        {key: hide_value(key, item, environment) for key, item in value.items()}
        if isinstance(value, Mapping)
        else hide_value(name, value, environment)
        for value in (change.before, change.after)
    ]
    return Change(change.field, *values)


def _expand(change: Change) -> Sequence[Change]:
    """Split the change of an object that appears or disappears as a whole into those of its fields."""
    objects = [value for value in (change.before, change.after) if value is not None]
    if not all(isinstance(value, Mapping) and value for value in objects):
        return (change,)
    inner = changed_fields(change.before or {}, change.after or {}, f"{change.field}.")
    return [part for field in inner for part in _expand(field)]


def _describe(change: Change) -> Iterator[ChangeLine]:
    if change.field in _SUBSCRIPTION_LISTS:
        yield from _describe_subscriptions(change)
    elif all(value is None or isinstance(value, list) for value in (change.before, change.after)):
        yield from _describe_list(change)
    elif change.field.startswith(f"{VARIABLES}."):
        yield from _describe_variable(change)
    else:
        yield ChangeLine(change.field, "", "", _value(change.before), _value(change.after))


def _describe_variable(change: Change) -> Iterator[ChangeLine]:
    field, _, name = change.field.partition(".")
    verb = "added" if change.before is None else "removed" if change.after is None else "changed"
    before, after = ("" if value is None else one_line(value) for value in (change.before, change.after))
    yield ChangeLine(field, verb, one_line(name), before, after)


def _describe_list(change: Change) -> Iterator[ChangeLine]:
    before, after = change.before or (), change.after or ()
    groups = (("added", after, before), ("removed", before, after))
    lines = [
        ChangeLine(change.field, verb, one_line(item), "", "")
        for verb, items, others in groups
        for item in items
        if item not in others
    ]
    # Where no member differs, it is the order of the list, or an empty list instead of none.
    yield from lines or [ChangeLine(change.field, "", "", _value(change.before), _value(change.after))]


def _describe_subscriptions(change: Change) -> Iterator[ChangeLine]:
    before, after = (_by_key(value or ()) for value in (change.before, change.after))
    for verb, items, others in (("added", after, before), ("removed", before, after)):
        for key, item in items.items():
            if key not in others:
                yield ChangeLine(change.field, verb, one_line(describe_interception(item)), "", "")
    for key, item in after.items():
        if key in before and item.get("order") != before[key].get("order"):
            orders = _orders(before[key].get("order"), item.get("order"))
            yield ChangeLine(change.field, "moved", one_line(describe_subscription(item)), *orders)


def _by_key(subscriptions: Iterable[Subscription]) -> dict[Any, Subscription]:
    return {subscription_key(item): item for item in subscriptions}


def _orders(before: int | None, after: int | None) -> tuple[str, str]:
    if before is None:
        return "no order of its own", f"order {after}"
    return f"order {before}", "none of its own" if after is None else str(after)


def _value(value: Any) -> str:
    return "none" if value is None else one_line(value)
