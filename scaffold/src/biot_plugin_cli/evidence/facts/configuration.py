"""The configuration of a release, as it is sent to the platform, and in words, without values that may be secret."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from biot_plugin_cli.deploy.configuration import plugin_config, unmentioned_fields
from biot_plugin_cli.deploy.variables import HIDDEN, VARIABLES
from biot_plugin_cli.evidence.facts.hook_sentences import describe_hooks
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.manifest.environment_variables import looks_secret
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["configuration_record"]

_UNMENTIONED = ", the platform's default, unless the platform has another value"


def configuration_record(plugin: Plugin, hooks: Hooks, moment: datetime) -> dict[str, Any]:
    """Create the record of a configuration.

    Args:
        plugin: The plugin, with the overrides of its environment.
        hooks: Its hooks.
        moment: The time of the release.
    """
    config = plugin_config(plugin.manifest, hooks)
    variables = {
        name: HIDDEN if looks_secret(name) else value for name, value in sorted(plugin.manifest.environment.items())
    }
    config = {**config, VARIABLES: variables}
    return {
        # The version that the platform counts is not the manifest's.
        "config": {name: value for name, value in config.items() if name != "version"},
        # What neither the manifest nor the code mentions stays as the platform has it.
        "unmentioned": sorted(unmentioned_fields(plugin.manifest, hooks)),
        "hooks": describe_hooks(plugin, hooks, config, moment),
        "hooksKnown": hooks.has_framework,
        "sentences": [*_sentences(config, unmentioned_fields(plugin.manifest, hooks)), *_variable_sentences(variables)],
    }


def _sentences(config: Mapping[str, Any], unmentioned: Collection[str]) -> Iterator[str]:
    if config.get("runtime"):
        yield f"AWS Lambda runs it with {config['runtime']}, and calls {config['handler']}."
    access = "may" if config["analyticsDbAccess"] else "may not"
    settings = {
        "timeout": f"One event may take {config['timeout']} s, after which it fails",
        "memorySize": f"It has {config['memorySize']} MB of memory",
        "ephemeralStorage": f"It has {config['ephemeralStorage']} MB of temporary storage",
        "analyticsDbAccess": f"It {access} read the analytics database",
    }
    for name, sentence in settings.items():
        yield f"{sentence}{_UNMENTIONED if name in unmentioned else ''}."
    for name, values in (config.get("cors") or {}).items():
        yield f"For browsers at other sites, {name} of its address is {', '.join(map(str, values))}."


def _variable_sentences(variables: Mapping[str, str]) -> Iterator[str]:
    if not variables:
        yield "No environment variable is set by its manifest."
    for name, value in variables.items():
        shown = "which is not shown" if value == HIDDEN else value
        yield f"The environment variable {name} is set: {shown}."
    yield "Variables that live on the platform alone, such as secrets, are not part of the release."
