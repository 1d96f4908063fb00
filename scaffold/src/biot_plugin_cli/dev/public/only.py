"""Whose calls the plugin on this machine handles, so that colleagues are not disturbed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.subscriptions.hook import Subscription

__all__ = ["Only"]

_KINDS = ("organization", "template", "caller")
_TEMPLATE = "templateName"
_TEMPLATE_NAMES = (("_template", "name"), ("_template", "id"), ("_templateId",))


@dataclass(frozen=True, slots=True)
class Only:
    """Conditions on calls; a kind without values has none.

    Attributes:
        organizations: Ids of the organizations of callers, or of the entities that notifications are about.
        templates: Names of templates, or their ids.
        callers: Ids of users, devices or services.
    """

    organizations: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Parse conditions such as `organization=ID`; of several values of one kind, any will do.

        Raises:
            UsageError: One has another form.
        """
        values: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        for text in texts:
            kind, _, value = text.partition("=")
            if kind not in values or not value:
                forms = ", ".join(f"{name}={'NAME' if name == 'template' else 'ID'}" for name in _KINDS)
                raise UsageError(f"Invalid --only {text!r}: write one of {forms}")
            values[kind].add(value)
        return cls(*(frozenset(values[kind]) for kind in _KINDS))

    def __bool__(self) -> bool:
        """Whether there is any condition."""
        return bool(self.organizations or self.templates or self.callers)

    def accepts(self, body: Any) -> bool:
        """Whether a call fulfils all conditions.

        Args:
            body: The body of the hook, decoded (contract sections 2.3 and 3.2); what is none is accepted, for the
                plugin to refuse.
        """
        if not isinstance(body, dict):
            return True
        conditions = (
            (self.organizations, _organizations),
            (self.templates, _templates),
            (self.callers, _callers),
        )
        return all(not values or not values.isdisjoint(names(body)) for values, names in conditions)

    def limit(self, subscriptions: Iterable[Subscription]) -> tuple[Subscription, ...]:
        """Limit subscriptions to the template at the platform itself, where one is named and the hook allows it."""
        if len(self.templates) != 1 or any(map(_is_id, self.templates)):
            return tuple(subscriptions)
        [template] = self.templates
        return tuple(_limited(subscription, template) for subscription in subscriptions)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _limited(subscription: Subscription, template: str) -> Subscription:
    if subscription.is_notification:
        return replace(subscription, template=subscription.template or template)
    names = {name for name, _ in subscription.path_filters}
    if f"{{{_TEMPLATE}}}" not in subscription.api_id or _TEMPLATE in names:
        return subscription
    return replace(subscription, path_filters=tuple(sorted([*subscription.path_filters, (_TEMPLATE, template)])))


def _callers(body: Mapping[str, Any]) -> set[str]:
    return _texts(_at(body, "initiatorData", "subjectId"), _at(body, "metadata", "initiator", "subject", "id"))


def _organizations(body: Mapping[str, Any]) -> set[str]:
    owner = "_ownerOrganization"
    return _texts(_at(body, "initiatorData", "ownerOrganizationId"), _at(body, "data", "entity", owner, "id"))


def _templates(body: Mapping[str, Any]) -> set[str]:
    variables = _at(body, "request", "pathVariables")
    in_path = [
        _at(item, "value")
        for item in (variables if isinstance(variables, list) else ())
        if _at(item, "name") == _TEMPLATE
    ]
    named = (_at(entity, *names) for entity in _entities(body) for names in _TEMPLATE_NAMES)
    return _texts(*in_path, *named)


def _entities(body: Mapping[str, Any]) -> Iterator[Any]:
    yield _at(body, "data", "entity")
    yield _at(body, "request", "body")
    yield _at(body, "response", "body")
    entities = _at(body, "response", "entities")
    yield from entities if isinstance(entities, list) else ()


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _texts(*values: Any) -> set[str]:
    return {value for value in values if isinstance(value, str)}
