"""The image for Lambda's platform in an index of images for several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import INDEXES, MANIFESTS
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["Choice", "choose_linux_amd64", "images_of", "resolve"]

Choice = Callable[[Sequence[Descriptor]], Descriptor | None]
"""Chooses one of the images of an index; None if none fits."""

_MAX_DEPTH = 3
_MAX_SHOWN = 10
_REFERENCE_TYPE = "vnd.docker.reference.type"


def choose_linux_amd64(images: Sequence[Descriptor]) -> Descriptor | None:
    """Choose the image that Lambda's x86_64 functions run; of several, the first one for all such processors."""
    fitting = [image for image in images if (_text(image, "os"), _text(image, "architecture")) == ("linux", "amd64")]
    # A variant, as v3, wants newer processors.
    return min(fitting, key=lambda image: _text(image, "variant") not in ("", "v1"), default=None)


def images_of(index: Manifest) -> list[Descriptor]:
    """Return the entries of an index that are images or indexes: no attestations, which are for no platform."""
    return [entry for entry in index.manifests if _is_image(entry)]


def resolve(registry: Registry, repository: str, reference: str, choose: Choice = choose_linux_amd64) -> Manifest:
    """Get the manifest of one image.

    Args:
        registry: The registry.
        repository: The repository.
        reference: A tag or a digest, of an image or of an index.
        choose: Chooses the image of an index.

    Raises:
        DamagedContent: The index has no such image, or is not valid.
        RegistryRefused: The registry refuses, or has no such image.
        RegistryUnreachable: The registry cannot be reached.
    """
    manifest = registry.fetch_manifest(repository, reference)
    for _ in range(_MAX_DEPTH):
        if not manifest.is_index:
            return manifest
        entry = _choose(manifest, choose, f"{registry.host}/{repository}:{reference}")
        manifest = registry.fetch_manifest(repository, entry.digest)
        if (manifest.media_type, len(manifest.content)) != (entry.media_type, entry.size):
            raise DamagedContent(
                f"The index of {registry.host}/{repository} describes {entry.digest} wrongly: push the image again"
            )
    raise DamagedContent(f"The indexes of {registry.host}/{repository} are nested too deeply: name the image's digest")


def _choose(index: Manifest, choose: Choice, name: str) -> Descriptor:
    images = images_of(index)
    chosen = choose(images)
    # An index in an index may say nothing of a platform, and has no other in it then.
    if chosen is None and len(images) == 1 and images[0].media_type in INDEXES and not images[0].platform:
        chosen = images[0]
    if chosen is None:
        raise DamagedContent(
            f"{name} has no image for linux/amd64, only for {_list(images)}: use another base, or build it for amd64"
        )
    return chosen


def _is_image(entry: Descriptor) -> bool:
    if entry.media_type not in MANIFESTS | INDEXES or _REFERENCE_TYPE in entry.annotations:
        return False
    return "unknown" not in (_text(entry, "os"), _text(entry, "architecture"))


def _list(images: Iterable[Descriptor]) -> str:
    names = list(dict.fromkeys(map(_platform, images)))
    shown = ", ".join(names[:_MAX_SHOWN]) + (" and others" if len(names) > _MAX_SHOWN else "")
    return shown or "no platform"


def _platform(image: Descriptor) -> str:
    parts = (_text(image, "os") or "unknown", _text(image, "architecture") or "unknown", _text(image, "variant"))
    return visible("/".join(part[:40] for part in parts if part))


def _text(image: Descriptor, name: str) -> str:
    value = image.platform.get(name)
    return value if isinstance(value, str) else ""
