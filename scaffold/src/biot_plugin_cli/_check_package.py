"""What `biot-plugin check` finds of the package: whether it can be made, and whether Lambda takes its size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli._check_subject import Subject
from biot_plugin_cli._errors import CliError, InvalidPlugin, PluginImportError
from biot_plugin_cli._finding import Finding

__all__ = ["package_findings"]


def package_findings(subject: Subject) -> Iterator[Finding]:
    """Make the package of a plugin whose dependencies are locked, where nobody sees it, and tell what is in the way."""
    manifest = subject.manifest
    if manifest.package == "image" or not (subject.root / "uv.lock").is_file():
        return
    from biot_plugin_cli._package import build_package, compiling_python

    with tempfile.TemporaryDirectory(prefix="biot-plugin-") as folder:
        try:
            build_package(manifest, compiling_python(manifest), Path(folder) / f"{manifest.name}.zip")
        except (InvalidPlugin, PluginImportError) as error:
            advice = "mend this, then see biot-plugin package --report"
            yield Finding.error("package-refused", str(error).partition("\n")[0], advice)
        except CliError as error:
            said = f"Whether the package is one that Lambda takes was not looked at: {error}"
            yield Finding.warning("package-unknown", said, "run this where the package index can be reached")
