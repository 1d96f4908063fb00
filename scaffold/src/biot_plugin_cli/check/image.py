"""Checks a container image: its base or its Dockerfile, and what Lambda would refuse of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import CliError, InvalidPlugin, PlatformUnreachable, PluginImportError
from biot_plugin_cli.manifest.image_settings import ImageSettings
from biot_plugin_cli.manifest.members.extra_rules import NO_BASE
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_plugin_cli.image.engines.dockerfile import Dockerfile

__all__ = ["check_dockerfile", "check_layers", "check_package_type"]

_AWS_BASE = "/lambda/python:"


def check_layers(plugin: Plugin) -> Iterator[Finding]:
    """Build an image without a container engine in a temporary folder, and find what Lambda would refuse of it."""
    from biot_plugin_cli.image.builder import build_image
    from biot_plugin_cli.image.examination import examine

    place = plugin.location_of("image", "base")
    base = ImageSettings.of(plugin.manifest.image).base_for(plugin.manifest.runtime)
    if base != NO_BASE:
        yield from _check_base_name(plugin, base, place)
    try:
        with scratch_folder(plugin.root) as folder:
            image = build_image(plugin, folder, builder="layers")
            problems = examine(image)
    except PluginImportError:
        return  # the import itself was checked
    except InvalidPlugin as error:
        yield Finding.error("image-refused", *split_message(error), place)
        return
    except PlatformUnreachable as error:
        reason, advice = split_message(error)
        yield Finding.warning("image-base-unknown", f"Cannot check the base image {base}: {reason}", advice, place)
        return
    except CliError as error:
        yield Finding.error("image-base-unusable", *split_message(error), place)
        return
    for problem in problems:
        yield Finding(problem.code, problem.severity, problem.message, problem.advice, place.file, place.line)


def check_dockerfile(plugin: Plugin) -> Iterator[Finding]:
    """Find what a Dockerfile shows without being built."""
    from biot_plugin_cli.image.engines.context import BuildContext
    from biot_plugin_cli.image.engines.dockerfile import Dockerfile

    settings = ImageSettings.of(plugin.manifest.image)
    try:
        context = BuildContext.read(plugin.root, settings.dockerfile)
    except CliError as error:
        yield Finding.error("image-refused", *split_message(error), plugin.location_of("image", "builder"))
        return
    dockerfile = Dockerfile.parse(context.dockerfile.decode(errors="replace"))
    for base in dockerfile.bases:
        place = SourceLocation(settings.dockerfile, base.line)
        yield from _check_base_name(plugin, base.name, place)
    yield from _check_handler(plugin, dockerfile, settings.dockerfile)


def check_package_type(plugin: Plugin, deployed: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Find whether the platform has the plugin in another form, which cannot be changed (contract section 6.3).

    Args:
        plugin: The plugin.
        deployed: The plugin on the platform; None if there is none.
    """
    own = plugin.manifest.package.upper()
    existing = (deployed or {}).get("deploymentPackageType")
    if existing in ("ZIP", "IMAGE") and existing != own:
        yield Finding.error(
            "package-type-fixed",
            f"The plugin on the platform is of the type {existing}, which is fixed after creation, and this one {own}",
            "choose another name, or delete the plugin there first",
            plugin.location_of("package"),
        )


def _check_base_name(plugin: Plugin, name: str, place: SourceLocation) -> Iterator[Finding]:
    if "@sha256:" not in name:
        yield Finding.warning(
            "image-base-unpinned",
            f"The base image {name} is named by a tag, so that tomorrow's image may be another one",
            "add its digest, NAME:TAG@sha256:..., which biot-plugin image build shows",
            place,
        )
    tag = name.partition(_AWS_BASE)[2].partition("@")[0]
    version = ".".join(tag.split(".")[:2])
    if tag and version[:1].isdigit() and f"python{version}" != plugin.manifest.runtime:
        yield Finding.error(
            "image-runtime-differs",
            f"The base image {name} is for python{version}, and the plugin's runtime is {plugin.manifest.runtime}",
            "change one of them: an image brings its own Python, and the platform ignores runtime",
            place,
        )


def _check_handler(plugin: Plugin, dockerfile: Dockerfile, name: str) -> Iterator[Finding]:
    handler = plugin.manifest.handler
    if dockerfile.command is not None and dockerfile.command[-1:] != (handler,):
        yield Finding.warning(
            "image-handler-differs",
            f"The command of {name} is not {handler}, the handler in pyproject.toml, which is not sent for an image",
            f'write CMD ["{handler}"], or change handler',
            SourceLocation(name),
        )
