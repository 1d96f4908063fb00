"""The versions that an account has, as what can be rolled back to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.lifecycle import find_versions
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.deploy.versions.known import KnownVersion
from biot_plugin_cli.deploy.versions.record import VersionRecord
from biot_plugin_cli.deploy.versions.report import version_document
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE, HASH_VARIABLE
from biot_plugin_cli.own_account.actual_state import PREVIOUS_TAG, ActualState
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.status import require_deployed
from biot_plugin_cli.own_account.steps.description import Description
from biot_plugin_cli.package.source_tree import parse_commit

__all__ = ["known_versions", "list_versions", "previous_number"]


def list_versions(place: Place) -> list[dict[str, Any]]:
    """List the versions that there are, the newest first, as `--json` has them.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: AWS cannot be reached, or refuses.
    """
    actual = require_deployed(place)
    with explained():
        states = find_versions(place.account, place.names.function)
    live = actual.alias.version if actual.alias else ""
    documents = (version_document(item, place.plugin.root) for item in known_versions(states, live))
    return [
        {
            **document,
            "knownFrom": ["account", *(source for source in document["knownFrom"] if source == "git")],
            "rollback": None if document["live"] else f"--to {document['version']}",
        }
        for document in documents
    ]


def known_versions(states: Sequence[FunctionState], live: str) -> list[KnownVersion]:
    """Describe versions, the newest first.

    Args:
        states: The versions, the oldest first.
        live: The number of the one that is called.
    """
    return [KnownVersion(_record_of(state), None, state.version == live, True) for state in reversed(states)]


def previous_number(actual: ActualState, states: Sequence[FunctionState]) -> str | None:
    """Find the version to roll back to: the one that was called before the last deployment.

    After a rollback it is the one before that version, and not what was rolled back from.

    Args:
        actual: What there is.
        states: The published versions, the oldest first.

    Returns:
        Its number; None for none.
    """
    tag = actual.function.tags.get(PREVIOUS_TAG) if actual.function else None
    if tag:
        return tag
    descriptions = {state.version: Description.parse(state.description) for state in states}
    number = actual.alias.version if actual.alias else ""
    while (code_of := _older(descriptions, number, "code_of")) is not None:
        number = code_of
    if (after := _older(descriptions, number, "after")) is not None:
        return after
    older = [state.version for state in states if number.isdecimal() and int(state.version) < int(number)]
    return older[-1] if older else None


def _older(descriptions: dict[str, Description], number: str, name: str) -> str | None:
    description = descriptions.get(number)
    other: str | None = getattr(description, name) if description else None
    return other if other in descriptions and int(other or 0) < int(number) else None


def _record_of(state: FunctionState) -> VersionRecord:
    variables, description = state.config.environment, Description.parse(state.description)
    record = variables.get(COMMIT_VARIABLE) or description.commit
    commit, is_clean = parse_commit(record) if record else (None, True)
    content_hash = variables.get(HASH_VARIABLE) or description.content_hash or None
    code_of = int(description.code_of) if description.code_of else None
    return VersionRecord(int(state.version), content_hash, commit, is_clean, state.config.runtime or None, code_of)
