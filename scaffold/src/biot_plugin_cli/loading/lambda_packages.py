"""The packages that Lambda's runtime brings, beside those of the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Plugins' interpreters import this module, and have nothing else of this package.
    from biot_plugin_cli.loading.process import PackageLoad

__all__ = ["LAMBDA_PACKAGES", "packages_of_lambda"]

LAMBDA_PACKAGES = frozenset(["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"])
"""The names of their modules."""


def packages_of_lambda(load: PackageLoad) -> list[str]:
    """List the packages of Lambda's that a plugin's package uses, by the names of their modules.

    A package of which nothing but the top was loaded was only looked for: powertools asks whether there is botocore.
    """
    if load.loaded is None:
        return []
    own = (f"{load.root}/", *load.prefixes)
    modules = {name: file for name, file in load.loaded.modules.items() if not file.startswith(own)}
    used = {name.partition(".")[0] for name, file in modules.items() if "." in name or not file.endswith("__init__.py")}
    return sorted(name for name in modules if name in used)
