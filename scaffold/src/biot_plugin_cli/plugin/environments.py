"""The environments that a plugin is deployed to: `[tool.biot-plugin.env.NAME]`, and what is different there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.plugin.environment_variables import environment_mistakes
from biot_plugin_cli.plugin.manifest import Manifest
from biot_plugin_cli.plugin.manifest_problem import Mistake
from biot_plugin_cli.plugin.manifest_rules import BASE_URL, BASE_URL_FORM, is_base_url, mistakes_in

__all__ = ["BASE_URL_VARIABLE", "base_url", "environment_of", "in_environment", "override_mistakes"]

BASE_URL_VARIABLE = "BIOT_PLUGIN_BASE_URL"

_MERGED = ("environment", "cors")


def in_environment(manifest: Manifest, name: str | None) -> Manifest:
    """Give a plugin's manifest as it is in one of its environments.

    What the environment's table says wins; of `environment` and `cors`, name by name.

    Args:
        manifest: The manifest.
        name: The environment; None for the manifest as it is.

    Raises:
        InvalidPlugin: There is no such environment, or its table is wrong.
    """
    if name is None:
        return manifest
    overrides = environment_of(manifest, name)
    for mistake in override_mistakes(manifest.environment, overrides, name):
        raise InvalidPlugin(f"{manifest.root / 'pyproject.toml'}: {mistake}")
    return Manifest.of(manifest.root, _overridden(manifest.table(), overrides))


def base_url(manifest: Manifest, name: str | None) -> str | None:
    """Tell where the platform of an environment is, without a slash at the end; None where nothing tells.

    The variable `BIOT_PLUGIN_BASE_URL` wins over the environment's own `base-url`.

    Args:
        manifest: The manifest, with its environments.
        name: The environment; None for none.

    Raises:
        InvalidPlugin: There is no such environment, or its address is none.
        UsageError: The variable's value is no address.
    """
    written = environment_of(manifest, name).get(BASE_URL) if name is not None else None
    if given := os.environ.get(BASE_URL_VARIABLE):
        if not is_base_url(given):
            raise UsageError(f"{BASE_URL_VARIABLE} is {given!r}: make it {BASE_URL_FORM}")
        return given.rstrip("/")
    if written is None:
        return None
    if not is_base_url(written):
        where = f"{manifest.root / 'pyproject.toml'}: {BASE_URL!r} of [tool.biot-plugin.env.{name}]"
        raise InvalidPlugin(f"{where} is {written!r}: make it {BASE_URL_FORM}")
    return str(written).rstrip("/")


def environment_of(manifest: Manifest, name: str) -> Mapping[str, Any]:
    """Give an environment's table, as written.

    Raises:
        InvalidPlugin: There is none.
    """
    if name in manifest.environments:
        return manifest.environments[name]
    known = ", ".join(manifest.environments)
    there = f"write one, or choose among {known}" if known else "write one"
    raise InvalidPlugin(f"{manifest.root / 'pyproject.toml'} has no table [tool.biot-plugin.env.{name}]: {there}")


def override_mistakes(variables: Mapping[str, str], overrides: Mapping[str, Any], name: str) -> Iterator[Mistake]:
    """Find everything that is wrong with an environment's table.

    Args:
        variables: The plugin's environment variables everywhere.
        overrides: The table.
        name: The environment's name.
    """
    own = list(mistakes_in(overrides, name))
    yield from own
    if not own:
        # Only together may they be too many.
        yield from environment_mistakes({**variables, **overrides.get("environment", {})}, ("env", name))


def _overridden(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = {key: {**table.get(key, {}), **overrides[key]} for key in _MERGED if key in overrides}
    return {**table, **{key: value for key, value in overrides.items() if key != BASE_URL}, **merged}
