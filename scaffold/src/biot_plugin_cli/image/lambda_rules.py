"""What Lambda accepts of a container image, and what of it can be verified before it is pushed.

The rules are AWS's documented ones, and what users of other tools report; `docs/container-images.md` says which is
which. An image that breaks one is pushed without complaint, and refused by Lambda later, in words that do not help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.bases.contents import find_client
from biot_plugin_cli.image.layers.file_list import FileList
from biot_plugin_cli.image.problem import ImageProblem
from biot_plugin_cli.image.size_limit import MAX_UNPACKED_BYTES
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import compression_of
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = ["NO_ENTRY_POINT", "find_file_problems", "find_image_problems", "find_problems"]

NO_ENTRY_POINT = "image-entry-point-missing"
"""The code of an image that the emulator alone can run."""

_PLATFORM = "linux/amd64"
_TASK = "/var/task"
_ROOT_USERS = ("", "0", "root", "0:0", "root:root")


def find_image_problems(image: Image, files: FileList | None = None) -> Iterator[ImageProblem]:
    """Find every problem of an image that was built here.

    Args:
        image: The image.
        files: The files of its layers, if they are known.
    """
    yield from find_problems(image.manifest, image.configuration)
    if image.unpacked_size > MAX_UNPACKED_BYTES:
        yield ImageProblem(
            "image-too-large",
            "error",
            f"The image has at least {format_size(image.unpacked_size)} unpacked, and Lambda allows "
            f"{format_size(MAX_UNPACKED_BYTES)}",
            "remove some of its dependencies, or choose a smaller base",
        )
    if files is not None:
        yield from find_file_problems(files, image.configuration)


def find_problems(manifest: Manifest, configuration: Mapping[str, Any]) -> Iterator[ImageProblem]:
    """Find every problem that an image's manifest and configuration show.

    Args:
        manifest: The manifest.
        configuration: The configuration.
    """
    platform = f"{configuration.get('os')}/{configuration.get('architecture')}"
    if platform != _PLATFORM:
        message = f"The image is for {platform}, and the plugin runs on {_PLATFORM}"
        yield ImageProblem("image-architecture", "error", message, "build it for that platform")
    yield from _check_layers(manifest, configuration)
    container = configuration.get("config") or {}
    yield from _check_start(container)
    if str(container.get("User") or "") not in _ROOT_USERS:
        message = f"The image sets the user {container['User']}, and Lambda runs it as a user of its own"
        yield ImageProblem("image-user", "warning", message, "leave USER out, and make files readable to all")


def find_file_problems(files: FileList, configuration: Mapping[str, Any]) -> Iterator[ImageProblem]:
    """Find the files of an image that a user without rights cannot read, as Lambda's is one.

    Args:
        files: The files of its layers.
        configuration: The configuration.
    """
    container = configuration.get("config") or {}
    folder = str(container.get("WorkingDir") or _TASK)
    folders = {_TASK, folder} if folder.strip("/") else {_TASK}
    unreadable = sorted(
        {
            path
            for place in folders
            for path, file in files.in_folder(place)
            if file.target is None and not file.mode & (0o001 if file.is_folder else 0o004)
        }
    )
    if unreadable:
        more = f" and {len(unreadable) - 1} more" if len(unreadable) > 1 else ""
        message = f"/{unreadable[0]}{more} in the image can be read by its owner alone, and Lambda runs it as another"
        yield ImageProblem("image-file-unreadable", "error", message, "run chmod -R a+rX there before it is copied")
    entry_point = [str(part) for part in container.get("Entrypoint") or ()]
    variables = dict(str(line).split("=", 1) for line in container.get("Env") or () if "=" in str(line))
    has_client = any(path.endswith("awslambdaric/__main__.py") for path in files.files)
    if entry_point and not has_client and not find_client(entry_point, variables):
        message = (
            f"{entry_point[0]} starts the image, and neither awslambdaric nor another runtime client of AWS is in it"
        )
        advice = "install awslambdaric in it, or make sure that the entry point speaks Lambda's Runtime API"
        yield ImageProblem("image-without-client", "warning", message, advice)


def _check_layers(manifest: Manifest, configuration: Mapping[str, Any]) -> Iterator[ImageProblem]:
    for layer in manifest.layers:
        if compression_of(layer.media_type) != "gzip":
            message = f"The image has a layer of the type {layer.media_type}, which Lambda is not known to accept"
            yield ImageProblem(
                "image-layer-type", "error", message, "build it with layers that are compressed with gzip"
            )
            break
    diff_ids = (configuration.get("rootfs") or {}).get("diff_ids") or ()
    history = configuration.get("history") or ()
    if not len(diff_ids) == len(manifest.layers) == sum(not entry.get("empty_layer") for entry in history):
        message = "The image's history does not have an entry for each layer, which Lambda was seen to refuse"
        yield ImageProblem("image-history", "warning", message, "build it with another builder, or a newer one")


def _check_start(container: Mapping[str, Any]) -> Iterator[ImageProblem]:
    entry_point = [str(part) for part in container.get("Entrypoint") or ()]
    command = [str(part) for part in container.get("Cmd") or ()]
    if not entry_point:
        message = "The image has no entry point: the emulator can run it on Python of its machine, and Lambda cannot"
        advice = (
            "set another base in [tool.biot-plugin.image] before it goes to BioT or AWS, or in a Dockerfile write "
            'ENTRYPOINT ["/usr/bin/python3", "-m", "awslambdaric"] with the path of its Python'
        )
        yield ImageProblem(NO_ENTRY_POINT, "warning", message, advice)
    elif not entry_point[0].startswith("/"):
        message = f"The entry point of the image is {entry_point[0]!r}, which Lambda refuses, as it is no absolute path"
        advice = 'write it as a list that begins with an absolute path, as in ENTRYPOINT ["/usr/bin/python3", ...]'
        yield ImageProblem("image-entry-point-relative", "error", message, advice)
    if not command:
        message, advice = "The image has no command, which names the handler", 'write CMD ["index.handler"]'
        yield ImageProblem("image-without-handler", "error", message, advice)
    folder = str(container.get("WorkingDir") or "/")
    if not folder.startswith("/"):
        message = f"The working directory of the image is {folder!r}, which Lambda refuses, as it is no absolute path"
        yield ImageProblem("image-working-directory", "error", message, "write WORKDIR with an absolute path")
