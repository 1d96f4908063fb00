"""The packages that Lambda's runtime brings, beside those of the plugin."""

from __future__ import annotations

from biot_plugin_cli.loading.process import PackageLoad

__all__ = ["packages_of_lambda"]


def packages_of_lambda(load: PackageLoad) -> list[str]:
    """List the packages of Lambda's that a plugin's package loads, by the names of their modules."""
    if load.loaded is None:
        return []
    own = (f"{load.root}/", *load.prefixes)
    return sorted(name for name, file in load.loaded.modules.items() if "." not in name and not file.startswith(own))
