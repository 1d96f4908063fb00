"""Output of the image commands: a summary for people, or one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.labels import CONTENT_HASH
from biot_plugin_cli.image.problem import ImageProblem
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.terminal.byte_sizes import format_size
from biot_plugin_cli.terminal.console import err, out
from biot_plugin_cli.terminal.plain_text import columns, one_line

__all__ = ["build_document", "image_document", "print_image", "print_notes"]

# What says how an image starts. Any other variable may hold what nobody but the plugin may see, whatever its name.
_SHOWN = frozenset(
    [
        *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE"),
        *("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "PYTHON_VERSION"),
    ]
)
_BASE_NAME, _BASE_DIGEST = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"


def image_document(
    manifest: Manifest, configuration: Mapping[str, Any], problems: Iterable[ImageProblem]
) -> dict[str, Any]:
    """Create the document of `image inspect --json`.

    Args:
        manifest: The manifest.
        configuration: The configuration.
        problems: What Lambda would refuse of it.
    """
    container = configuration.get("config") or {}
    labels = dict(container.get("Labels") or {})
    layers = (*manifest.layers,)
    return {
        "digest": manifest.digest,
        "mediaType": manifest.media_type,
        "contentHash": labels.get(CONTENT_HASH),
        "platform": f"{configuration.get('os')}/{configuration.get('architecture')}",
        "bytes": sum(layer.size for layer in layers) + manifest.config.size + len(manifest.content),
        "base": {"name": labels.get(_BASE_NAME), "digest": labels.get(_BASE_DIGEST)} if _BASE_NAME in labels else None,
        "entryPoint": container.get("Entrypoint"),
        "command": container.get("Cmd"),
        "workingDirectory": container.get("WorkingDir"),
        "environment": dict(map(_variable, container.get("Env") or ())),
        "labels": labels,
        "layers": [
            {"digest": layer.digest, "mediaType": layer.media_type, "bytes": layer.size, "purpose": purpose}
            for layer, purpose in zip(layers, _purposes(configuration, len(layers)), strict=True)
        ],
        "problems": [problem.document for problem in problems],
    }


def build_document(
    image: Image, problems: Iterable[ImageProblem], output: Path | None, bill: Path | None
) -> dict[str, Any]:
    """Create the document of `image build --json`.

    Args:
        image: The image.
        problems: What Lambda would refuse of it.
        output: Where it was written, if it was.
        bill: Where its bill of materials was written, if it was.
    """
    return {
        "path": str(output) if output else None,
        "sbom": str(bill) if bill else None,
        "tag": image.tag,
        "builder": image.builder,
        **image_document(image.manifest, image.configuration, problems),
        "contentHash": image.content_hash,
        "unpackedBytes": image.unpacked_size,
        "notes": list(image.notes),
    }


def print_image(document: Mapping[str, Any]) -> None:
    """Print an image for people.

    Args:
        document: One of the documents above.
    """
    out.print(Text(str(document.get("tag") or document["digest"]), "bold"))
    base = document["base"]
    facts = {
        "digest": document["digest"],
        "content": document["contentHash"],
        "base": base and f"{base['name']} {base['digest']}",
        "platform": document["platform"],
        "start": one_line([*(document["entryPoint"] or ()), *(document["command"] or ())]),
        "folder": document["workingDirectory"],
        "size": f"{format_size(document['bytes'])} compressed",
        "path": document.get("path"),
        "described in": document.get("sbom"),
    }
    for line in columns([(name, str(text)) for name, text in facts.items() if text]):
        out.print(f"  {line}")
    rows = [
        (format_size(layer["bytes"]).rjust(10), layer["digest"][:19], str(layer["purpose"] or ""))
        for layer in document["layers"]
    ]
    for line in columns(rows) if rows else ():
        out.print(f"  {line}")
    for problem in document["problems"]:
        style = "bold red" if problem["severity"] == "error" else "yellow"
        err.print(Text.assemble((problem["severity"], style), f" {problem['code']}: {problem['message']}"))
        err.print(Text(f"  {problem['advice']}", "green"))


def print_notes(notes: Sequence[str]) -> None:
    """Print notes for the user."""
    for note in notes:
        err.print(Text.assemble(("note:", "yellow"), f" {note}"))


def _variable(line: str) -> tuple[str, str]:
    name, _, text = str(line).partition("=")
    return name, text if name in _SHOWN else "(hidden)"


def _purposes(configuration: Mapping[str, Any], layers: int) -> list[str | None]:
    """Return what the history says of each layer."""
    history = [entry for entry in configuration.get("history") or () if not entry.get("empty_layer")]
    texts = [str(entry.get("comment") or entry.get("created_by") or "") or None for entry in history]
    return [*texts, *([None] * layers)][:layers]
