"""The packages that Lambda's runtime brings, beside those of the plugin."""

from __future__ import annotations

from biot_plugin_cli.loading.process import PackageLoad

__all__ = ["packages_of_lambda"]


def packages_of_lambda(load: PackageLoad) -> list[str]:
    """List the packages of Lambda's that a plugin's package loads."""
    if load.loaded is None:
        return []
    root = f"{load.root}/"
    loaded = {name for name, file in load.loaded.modules.items() if not file.startswith(root)}
    return sorted(loaded & PACKAGES)


PACKAGES = frozenset(["boto3", "botocore", "s3transfer", "urllib3"])
