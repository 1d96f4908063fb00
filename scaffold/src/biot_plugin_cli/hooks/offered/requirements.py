"""Requires that what a user names can be hooked, and says what they may have meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.hooks.offered.catalogue import Catalogue

__all__ = ["EXAMPLE_API", "require_api", "require_entity_type", "require_notification"]

EXAMPLE_API = "POST/organization/v1/users/patients"

_API_ID = re.compile(r"(GET|POST|PUT|PATCH|DELETE)(/[^/\s?#]+)+")
_VALUE = re.compile(r"[^\s{}/?#]+")
_METHOD_APART = re.compile(r"\s*([A-Za-z]+)\s*(/\S*)\s*")
_MOST_CHARACTERS = 500


def require_api(catalogue: Catalogue, api_id: str) -> tuple[str, dict[str, str]]:
    """Require an API that can be intercepted.

    Args:
        catalogue: What can be hooked.
        api_id: Its id, which may have values in place of path variables.

    Returns:
        Its id with variables, and the values.

    Raises:
        UsageError: There is none.
    """
    if len(api_id) > _MOST_CHARACTERS:
        raise UsageError(
            f"--api-id is longer than {_MOST_CHARACTERS} characters, and no API id is: see biot-plugin hooks"
        )
    interceptable = catalogue.interceptable
    if interceptable.has_api(api_id):
        template, values = interceptable.resolve(api_id)
        for name, value in values.items():
            if not _VALUE.fullmatch(value):
                raise UsageError(f"--api-id has {value!r} for {{{name}}}, which is not one part of a path: change it")
        return template, values
    meant = _meant_api(catalogue, api_id)
    advice = f"did you mean {meant}?" if meant else _advice(catalogue)
    if not _API_ID.fullmatch(api_id):
        raise UsageError(
            f"--api-id {api_id!r} is not an API id, method and path without a space as in {EXAMPLE_API}; {advice}"
        )
    raise UsageError(f"{api_id} cannot be intercepted: it is not in {catalogue.source}; {advice}")


def require_entity_type(catalogue: Catalogue, entity_type: str) -> None:
    """Require a type of entities that can be adapted.

    Raises:
        UsageError: There is none.
    """
    _require(
        catalogue.entity_types, entity_type, f"Entities of type {_shown(entity_type)} cannot be adapted", catalogue
    )


def require_notification(catalogue: Catalogue, entity_type: str, action: str) -> None:
    """Require an action that there are notifications of.

    Raises:
        UsageError: There are none.
    """
    if not re.fullmatch(r"_[A-Za-z]+", action):
        raise UsageError(f"--action {action} is not an action: actions start with an underscore, as in _create")
    message = f"There are no notifications of entities of type {_shown(entity_type)}"
    _require(catalogue.notifications, entity_type, message, catalogue)
    actions = catalogue.notifications[entity_type]
    _require(actions, action, f"There are no notifications of {action} of {entity_type}", catalogue)


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name) else repr(name)


def _require(known: Iterable[str], name: str, message: str, catalogue: Catalogue) -> None:
    names = list(known)
    if name in names:
        return
    similar = _nearest(name, names)
    advice = f"did you mean {similar}?" if similar else f"it is one of {', '.join(names)}"
    raise UsageError(f"{message}, by {catalogue.source}; {advice}")


def _advice(catalogue: Catalogue) -> str:
    more = "" if catalogue.is_online else ", and --online what the platform itself offers"
    return f"biot-plugin hooks shows what there is{more}"


def _meant_api(catalogue: Catalogue, text: str) -> str | None:
    """Find the API that a text stands for: written apart or in lower case, with a query, or misspelt."""
    parts = _METHOD_APART.fullmatch(text.partition("?")[0].rstrip("/"))
    written = f"{parts[1].upper()}{parts[2]}" if parts else text
    if catalogue.interceptable.has_api(written):
        return written
    api_ids = [api.api_id for api in catalogue.apis]
    of_method = [api_id for api_id in api_ids if api_id.partition("/")[0] == written.partition("/")[0]]
    return _nearest(written, of_method) or _nearest(written, api_ids)


def _nearest(name: str, names: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name[:_MOST_CHARACTERS], list(names), 1)), None)
