"""What an update may change of a plugin, and which version it must have (contract section 6.2)."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.services.settings.configuration import check_package, image_tag, read_config
from biot_emulator.services.settings.errors import VersionMustBeLarger, VersionMustNotBeChanged
from biot_emulator.services.settings.plugin import Plugin

__all__ = ["updated_config"]


def updated_config(fields: Fields, old: Plugin, *, has_code: bool) -> tuple[dict[str, Any], bool]:
    """Return a plugin's changed configuration, and whether the update brings new code.

    Args:
        fields: The configuration that was sent.
        old: The plugin so far.
        has_code: Whether code was sent with it.

    Raises:
        ApiError: The configuration is not valid, or changes what cannot be changed.
    """
    name, package = fields.optional_text("name"), fields.optional_text("deploymentPackageType")
    if name not in (None, old.name, old.full_name):
        raise fields.wrong("name", f"cannot be changed: leave it out, or send [{old.name}]")
    if package not in (None, old.config["deploymentPackageType"]):
        raise fields.wrong("deploymentPackageType", "cannot be changed: make another plugin")
    image = old.config["deploymentPackageType"] == "IMAGE"
    tag = image_tag(fields)
    tagged = tag is not None or "id" not in old.code
    config = check_package(fields, read_config(fields, old.config), tagged=tagged, has_code=has_code)
    has_new_code = tag is not None if image else has_code
    _check_version(
        old.config["version"], config["version"] if fields.present("version") else None, has_new_code=has_new_code
    )
    return config, has_new_code


def _check_version(current: int, requested: int | None, *, has_new_code: bool) -> None:
    versions = {"currentVersion": current, "requestVersion": requested}
    if has_new_code and (requested is None or requested <= current):
        raise VersionMustBeLarger(f"With new code the version must be larger than [{current}]", **versions)
    if not has_new_code and requested not in (None, current):
        raise VersionMustNotBeChanged(f"Without new code the version must stay [{current}]", **versions)
