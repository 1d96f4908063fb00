"""A plugin's configuration: its fields, their limits and their defaults (contract section 6.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.cron.expression import Cron, InvalidCron
from biot_emulator.lambda_function.limits import MAX_ENVIRONMENT_BYTES
from biot_emulator.lambda_function.variable_rules import is_reserved, is_variable_name, variables_size
from biot_emulator.services.settings.errors import CodeNotSupportedForImage, EnvironmentVariableReserved

__all__ = ["DEFAULTS", "DEFAULT_HANDLER", "RESERVED_PREFIX", "check_package", "image_tag", "plugin_name", "read_config"]

RESERVED_PREFIX = "BIOT_"
"""The prefix of the platform's own environment variables."""
DEFAULT_HANDLER = "index.handler"

Config = Mapping[str, Any]

_CORS = {
    "allowOrigins": ["*"],
    "allowMethods": ["GET", "POST"],
    "allowHeaders": ["authorization", "content-type"],
    "exposeHeaders": [],
}
DEFAULTS: Config = {
    "timeout": 60,
    "memorySize": 128,
    "ephemeralStorage": 512,
    "environmentVariables": {},
    "enabledState": "ENABLED",
    "cronSchedule": None,
    "deploymentPackageType": "ZIP",
    "analyticsDbAccess": False,
    "cors": _CORS,
}
"""The defaults of a new plugin's configuration."""

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_CORS_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")


def plugin_name(fields: Fields) -> str:
    """Read a new plugin's name. Raises ApiError."""
    name = fields.text("name", most=57)
    if not _NAME.fullmatch(name):
        raise fields.wrong("name", "must be of letters, digits, hyphens and underscores")
    return name


def image_tag(fields: Fields) -> str | None:
    """Read the tag of a plugin's image, which is not stored in its configuration. Raises ApiError."""
    tag = fields.optional_text("imageTag", most=128)
    if tag == "":
        raise fields.wrong("imageTag", "must not be empty: send the tag of an image, or leave it out")
    return tag


def read_config(fields: Fields, current: Config) -> dict[str, Any]:
    """Return the configuration with the fields that were sent.

    Args:
        fields: The fields that were sent; `subscriptions` is not read here.
        current: The configuration so far.

    Raises:
        ApiError: A field is not valid.
    """
    config = {**current, **{name: _READERS[name](fields, current) for name in fields.present(*_READERS)}}
    if fields.has("cronSchedule") and not fields.present("cronSchedule"):
        # The only field that can be taken away again: there is no list or object to empty.
        config["cronSchedule"] = None
    return config


def check_package(fields: Fields, config: dict[str, Any], *, tagged: bool, has_code: bool) -> dict[str, Any]:
    """Check that a configuration fits its package type, and complete it.

    Args:
        fields: The fields that were sent.
        config: The configuration with them.
        tagged: Whether there is an image, which has runtime and handler in it.
        has_code: Whether a zip was sent.

    Raises:
        ApiError: The configuration does not fit.
    """
    image = config["deploymentPackageType"] == "IMAGE"
    if image and has_code:
        raise CodeNotSupportedForImage("The part [code] must be left out for a plugin of the package type [IMAGE]")
    if image and tagged:
        return {**config, "runtime": None, "handler": None}
    if not config.get("runtime"):
        raise fields.wrong("runtime", "is mandatory")
    # Without an image, such a plugin runs the code that every plugin begins with, whose handler nobody chooses.
    return {**config, "handler": DEFAULT_HANDLER if image else config.get("handler") or DEFAULT_HANDLER}


def _environment(fields: Fields, _: Config) -> dict[str, str]:
    variables = fields.texts("environmentVariables")
    # First, so that no other message repeats a name without end.
    if (size := variables_size(variables)) > MAX_ENVIRONMENT_BYTES:
        limit = f"must be of at most {MAX_ENVIRONMENT_BYTES} bytes altogether, as JSON, and has {size}"
        raise fields.wrong("environmentVariables", limit)
    for name, value in variables.items():
        if name.startswith(RESERVED_PREFIX):
            message = f"The environment variable [{name}] starts with the reserved prefix [{RESERVED_PREFIX}]"
            raise EnvironmentVariableReserved(message, environmentVariable=name, reservedPrefix=RESERVED_PREFIX)
        if not name or not value:
            raise fields.wrong("environmentVariables", "must have neither empty names nor empty values")
        if is_reserved(name):
            raise fields.wrong("environmentVariables", f"has [{name}], which Lambda reserves: choose another name")
        if not is_variable_name(name):
            rule = "a name is of two or more letters, digits and underscores, and begins with a letter"
            raise fields.wrong("environmentVariables", f"has [{name}], which cannot be a variable: {rule}")
        if "\0" in value:
            raise fields.wrong("environmentVariables", f"has a value of [{name}] that no variable can have: a NUL byte")
    return variables


def _cron_schedule(fields: Fields, _: Config) -> str:
    text = fields.text("cronSchedule", most=250)
    try:
        return Cron(text).text
    except InvalidCron as invalid:
        raise fields.wrong("cronSchedule", f"is no schedule: {invalid}") from None


def _cors(fields: Fields, current: Config) -> dict[str, list[str]]:
    cors = fields.inner("cors")
    sent = {name: cors.list_of_texts(name) for name in cors.present(*_CORS)}
    if not set(sent.get("allowMethods", ())) <= set(_CORS_METHODS):
        raise cors.wrong("allowMethods", f"may have {', '.join(_CORS_METHODS)} only")
    return {**(current.get("cors") or _CORS), **sent}


_READERS: Mapping[str, Callable[[Fields, Config], Any]] = {
    "displayName": lambda fields, _: fields.text("displayName", most=255),
    "version": lambda fields, _: fields.integer("version", 1, 32767),
    "runtime": lambda fields, _: fields.text("runtime", most=50),
    "handler": lambda fields, _: fields.text("handler", most=1024),
    "timeout": lambda fields, _: fields.integer("timeout", 1, 900),
    "memorySize": lambda fields, _: fields.integer("memorySize", 128, 10240),
    "ephemeralStorage": lambda fields, _: fields.integer("ephemeralStorage", 512, 10240),
    "environmentVariables": _environment,
    "enabledState": lambda fields, _: fields.choice("enabledState", ("ENABLED", "DISABLED")),
    "cronSchedule": _cron_schedule,
    "deploymentPackageType": lambda fields, _: fields.choice("deploymentPackageType", ("ZIP", "IMAGE")),
    "analyticsDbAccess": lambda fields, _: fields.boolean("analyticsDbAccess"),
    "cors": _cors,
}
