"""What is added: a hook that exists, by the options of `biot-plugin add`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.hooks.offered.call_shapes import operation_of
from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.requirements import require_api, require_entity_type, require_notification

__all__ = ["Key", "Specification", "hook_key", "specify"]

Key = tuple[str, ...]
"""Equal for two hooks that one plugin cannot have both: the kind and what the hook is for."""

_VARIABLE = re.compile(r"\{[^/{}]*\}")
_MAX_TITLE = 113
_SIMPLE = ("create", "search", "read", "update", "delete")
_SIMPLE_VALUE = re.compile(r"[\w.-]+", re.ASCII)
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Specification:
    """A hook to add.

    Attributes:
        kind: Its kind, as on the command line.
        title: What it is called for, as a sentence without its full stop.
        module: The name of its module, if no other is asked for.
        api_id: The id of its API, with variables.
        path_variables: The values that limit it to some calls of the API.
        entity: Its entity type; of an API, that of the entities that this is about.
        action: The action that it is notified of.
        cron: The times of its schedule.
    """

    kind: str
    title: str
    module: str
    api_id: str = ""
    path_variables: Mapping[str, str] = field(default_factory=dict)
    entity: str = ""
    action: str = ""
    cron: str = ""

    @property
    def scoped_id(self) -> str:
        """The API id with the values in place of the variables."""
        segments = self.api_id.split("/")
        return "/".join(self.path_variables.get(segment[1:-1], segment) for segment in segments)

    @property
    def key(self) -> Key:
        """What no other hook of the plugin may be equal in."""
        return hook_key(self.kind, *filter(None, (self.scoped_id, self._entity_of_hook, self.action)))

    @property
    def _entity_of_hook(self) -> str:
        return "" if self.api_id else self.entity


def hook_key(kind: str, *names: str) -> Key:
    """Create the key of a hook.

    Args:
        kind: Its kind, as on the command line.
        names: What it is for: an API id, in which the names of variables do not count, or a type and an action.
    """
    return (kind, *(_VARIABLE.sub("{}", name) for name in names))


def specify(kind: str, options: Mapping[str, str | None], catalogue: Catalogue) -> Specification:
    """Specify a hook by the options of the command line.

    Args:
        kind: Its kind.
        options: `api_id`, `entity`, `action` and `cron`; None for those that are missing.
        catalogue: What can be hooked.

    Raises:
        UsageError: There is no such hook, or an option is missing or for another kind.
    """
    required, create = _KINDS[kind]
    values = {name: value for name, value in options.items() if value is not None}
    for name in values:
        if name not in required:
            raise UsageError(f"{_option(name)} is not for {kind}: leave it out")
    missing = [_option(name) for name in required if name not in values]
    if missing:
        raise UsageError(f"add {kind} needs {' and '.join(missing)}{_ADVICE.get(kind, '')}")
    return create(kind, catalogue, **values)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _api_hook(kind: str, catalogue: Catalogue, api_id: str) -> Specification:
    template, values = require_api(catalogue, api_id)
    entity = next(api.entity_type for api in catalogue.apis if api.api_id == template)
    when = "before" if kind == "pre-request" else "after"
    title = f"{when.capitalize()} {template}"
    scoped = f"{title} with {', '.join(f'{name} {value}' for name, value in values.items())}"
    # It becomes a docstring on one line.
    if values and len(scoped) <= _MAX_TITLE and all(map(_SIMPLE_VALUE.fullmatch, values.values())):
        title = scoped
    module = _identifier(when, *_call_words(template, entity, values), *values.values())
    return Specification(kind, title, module, template, values, entity)


def _call_words(template: str, entity: str, values: Mapping[str, str]) -> Sequence[str]:
    """Say in words what a call does."""
    operation = operation_of(template)
    method, *segments = template.split("/")
    selected = {"templateName": "by_template", "usageType": "by_usage_type"}
    suffix = [word for name, word in selected.items() if f"{{{name}}}" in segments and name not in values]
    if operation in _SIMPLE:
        return (operation, entity, *suffix)
    static = [segment for segment in segments[2:] if not _VARIABLE.fullmatch(segment)]
    names_one = ["by_id"] if segments[-1] == "{id}" and "id" not in values else []
    return (method, *static[-_MOST_WORDS:], *suffix, *names_one)


def _entity_hook(kind: str, catalogue: Catalogue, entity: str) -> Specification:
    require_entity_type(catalogue, entity)
    title = f"Whenever an API answers with entities of type {entity}"
    return Specification(kind, title, _identifier("adapt", entity), entity=entity)


def _notification_hook(kind: str, catalogue: Catalogue, entity: str, action: str) -> Specification:
    require_notification(catalogue, entity, action)
    title = f"After {action} of an entity of type {entity}"
    return Specification(kind, title, _identifier("on", entity, action), entity=entity, action=action)


def _scheduled_hook(kind: str, catalogue: Catalogue, cron: str) -> Specification:  # noqa: ARG001
    from biot_plugin.hooks.schedule import ScheduleHook

    try:
        ScheduleHook(cron)
    except ValueError as error:
        raise UsageError(f"--cron {error}") from error
    return Specification(kind, f"At {cron}, in UTC", "scheduled", cron=cron)


def _endpoint_hook(kind: str, catalogue: Catalogue) -> Specification:  # noqa: ARG001
    return Specification(kind, "Calls to the plugin's own address", "endpoint")


def _identifier(*words: str) -> str:
    text = "_".join(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower() for word in words)
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


_KINDS: Mapping[str, tuple[tuple[str, ...], Callable[..., Specification]]] = {
    "pre-request": (("api_id",), _api_hook),
    "post-request": (("api_id",), _api_hook),
    "adapt-entity": (("entity",), _entity_hook),
    "notification": (("entity", "action"), _notification_hook),
    "scheduled": (("cron",), _scheduled_hook),
    "endpoint": ((), _endpoint_hook),
}
_ADVICE = {
    **dict.fromkeys(("pre-request", "post-request"), ": biot-plugin hooks shows the APIs that there are"),
    **dict.fromkeys(("adapt-entity", "notification"), ": biot-plugin hooks shows what there is"),
    "scheduled": ', such as "45 3 * * ? *": minute, hour, day of month, month, day of week and year, in UTC',
}
