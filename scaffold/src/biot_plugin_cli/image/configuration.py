"""The configuration of an image: how its container starts, what it consists of, and how it was made.

What the base has is left as it is. Added are an entry in the history and a diff id for each layer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.image.build_time import timestamp
from biot_plugin_cli.image.layers.writer import AddedLayer

__all__ = [
    "Start",
    "canonical_json",
    "complete_history",
    "hash_document",
    "make_configuration",
    "with_labels",
]

# Of the first versions of Docker: they describe the container that a layer was made in.
_OBSOLETE = frozenset(["container", "container_config", "docker_version", "id", "parent", "throwaway"])
# They say what the base was made of, and would be taken for what the plugin was made of.
_OF_THE_BASE = tuple(f"org.opencontainers.image.{name}" for name in ("created", "revision", "version"))
_BUILDER = "biot-plugin"


@dataclass(frozen=True, slots=True)
class Start:
    """How a container starts.

    Attributes:
        command: The arguments of the entry point: the handler.
        entry_point: The program and its first arguments; None for that of the base.
        working_directory: The folder that it starts in; None for that of the base.
        variables: Environment variables; those of the base are left as they are, unless they are among these.
    """

    command: tuple[str, ...]
    entry_point: tuple[str, ...] | None = None
    working_directory: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


def make_configuration(
    base: Mapping[str, Any], added: Sequence[AddedLayer], start: Start, created: int
) -> dict[str, Any]:
    """Make the configuration of an image, without labels.

    Args:
        base: The configuration of the base.
        added: The layers that are added.
        start: How the container starts.
        created: The time of creation, in seconds since 1970.
    """
    time = timestamp(created)
    history = [{"created": time, "created_by": _BUILDER, "comment": layer.purpose} for layer in added]
    diff_ids = list(base.get("rootfs", {}).get("diff_ids", ()))
    container = dict(base.get("config") or {})
    container["Env"] = _merge_variables(container.get("Env") or (), start.variables)
    if start.entry_point is not None:
        container["Entrypoint"] = list(start.entry_point)
    if start.working_directory is not None:
        container["WorkingDir"] = start.working_directory
    container["Cmd"] = list(start.command)
    return {
        **{name: value for name, value in base.items() if name not in _OBSOLETE},
        "created": time,
        "config": container,
        "rootfs": {"type": "layers", "diff_ids": [*diff_ids, *(layer.layer.diff_id for layer in added)]},
        "history": [*complete_history(base.get("history") or (), len(diff_ids)), *history],
    }


def with_labels(configuration: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Add labels to a configuration, in place of what the base's labels say of the base itself."""
    container = dict(configuration.get("config") or {})
    inherited = {name: text for name, text in (container.get("Labels") or {}).items() if name not in _OF_THE_BASE}
    return {**configuration, "config": {**container, "Labels": {**inherited, **labels}}}


def complete_history(history: Iterable[Any], layers: int) -> list[Any]:
    """Complete the history of an image that lacks some: Lambda expects an entry for each layer.

    Args:
        history: The entries that there are, which are left as they are.
        layers: How many layers it has.
    """
    entries = list(history)
    recorded = sum(not entry.get("empty_layer") for entry in entries)
    return [*entries, *({"created_by": "unknown"} for _ in range(layers - recorded))]


def canonical_json(document: object) -> bytes:
    """Serialise a document as it is stored, hashed and sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")


def hash_document(document: object) -> str:
    """Return the SHA-256 of a document, in hexadecimal, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _merge_variables(inherited: Iterable[str], variables: Mapping[str, str]) -> list[str]:
    merged = {line.partition("=")[0]: line for line in inherited}
    merged |= {name: f"{name}={text}" for name, text in variables.items()}
    return list(merged.values())
