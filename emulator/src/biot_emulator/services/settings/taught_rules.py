"""What of a plugin's configuration depends on the platform, where nobody publishes it: defaults and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.errors import BodyTooLarge
from biot_emulator.behaviour.settings import Limits, Plugins
from biot_emulator.lambda_function.variable_rules import variables_size

__all__ = ["check_code_size", "check_limits", "with_defaults"]


def with_defaults(fields: Fields, config: Mapping[str, Any], behaviour: Plugins) -> dict[str, Any]:
    """Return a new plugin's configuration with the platform's defaults for what was not sent."""
    defaults = {"timeout": behaviour.default_timeout, "enabledState": behaviour.default_enabled_state}
    return {**config, **{name: value for name, value in defaults.items() if not fields.present(name)}}


def check_limits(fields: Fields, config: Mapping[str, Any], limits: Limits) -> None:
    """Check a configuration against the platform's limits.

    Raises:
        ApiError: It is beyond one of them.
    """
    if config["timeout"] > limits.longest_timeout:
        raise fields.wrong("timeout", f"must be a whole number from 1 to {limits.longest_timeout}")
    if (size := variables_size(config["environmentVariables"])) > limits.variables_bytes:
        limit = f"must be of at most {limits.variables_bytes} bytes altogether, as JSON, and has {size}"
        raise fields.wrong("environmentVariables", limit)


def check_code_size(code: object, limits: Limits) -> None:
    """Check that a zip is not larger than the platform takes.

    Raises:
        BodyTooLarge: It is.
    """
    if isinstance(code, bytes) and len(code) > limits.code_bytes:
        raise BodyTooLarge(f"The part [code] may have {limits.code_bytes} bytes, and has {len(code)}")
