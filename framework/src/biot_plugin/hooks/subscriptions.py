"""The `subscriptions` that a plugin's hooks need in its configuration (contract section 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from biot_plugin.hooks.base import Hook
from biot_plugin.hooks.interception import ApiHook, EntityHook
from biot_plugin.hooks.notification import NotificationHook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import NotRequired


class InterceptionSubscription(TypedDict):
    """One element of `subscriptions.interceptions`."""

    type: Literal["PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY"]
    apiId: NotRequired[str]
    entityTypeName: NotRequired[str]
    order: NotRequired[int]


class NotificationSubscription(TypedDict):
    """One element of `subscriptions.notifications`."""

    entityTypeName: str
    actionName: str
    templateName: NotRequired[str]


class Subscriptions(TypedDict):
    """The `subscriptions` of a plugin's configuration."""

    interceptions: list[InterceptionSubscription]
    notifications: list[NotificationSubscription]


def subscriptions_of(hooks: Iterable[Hook]) -> Subscriptions:
    """Build the subscriptions that make the platform call these hooks."""
    result: Subscriptions = {"interceptions": [], "notifications": []}
    for hook in hooks:
        if isinstance(hook, (ApiHook, EntityHook)):
            result["interceptions"].append(_interception(hook))
        elif isinstance(hook, NotificationHook):
            result["notifications"].append(_notification(hook))
    return result


def _interception(hook: ApiHook | EntityHook) -> InterceptionSubscription:
    name = hook.kind.name
    entry: InterceptionSubscription = {"type": name}  # type: ignore[typeddict-item]  # the kind's name is the type's
    if isinstance(hook, ApiHook):
        entry["apiId"] = hook.api_id
    else:
        entry["entityTypeName"] = hook.entity_type
    if hook.order is not None:
        entry["order"] = hook.order
    return entry


def _notification(hook: NotificationHook) -> NotificationSubscription:
    entry: NotificationSubscription = {"entityTypeName": hook.entity_type, "actionName": hook.action}
    if hook.template is not None:
        entry["templateName"] = hook.template
    return entry
