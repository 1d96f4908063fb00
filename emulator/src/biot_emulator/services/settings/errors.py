"""What the plugins' APIs refuse, with the codes and details that BioT publishes (contract section 6.6).

ApiError
├── 400 CodeNotSupportedForImage, CorrectApiIdForType, EnvironmentVariableReserved, OrderReserved, PluginRequestInvalid,
│       VersionMustBeLarger, VersionMustNotBeChanged; PluginFieldInvalid, unless a platform has another status
├── 404 ImageTagNotFound, InterceptionConfigurationNotFound, PluginNotFound
├── 409 PluginExists
└── 500 AwsFailed
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError, BadRequest

__all__ = [
    "AwsFailed",
    "CodeNotSupportedForImage",
    "CorrectApiIdForType",
    "EnvironmentVariableReserved",
    "ImageTagNotFound",
    "InterceptionConfigurationNotFound",
    "OrderReserved",
    "PluginExists",
    "PluginFieldInvalid",
    "PluginNotFound",
    "PluginRequestInvalid",
    "VersionMustBeLarger",
    "VersionMustNotBeChanged",
]


class CodeNotSupportedForImage(ApiError):
    """A zip was sent for a plugin that is a container image."""

    status_code = 400
    code = "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE"


class CorrectApiIdForType(ApiError):
    """An interception has an API id where its type has none, or has none where its type needs one."""

    status_code = 400
    code = "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE"


class EnvironmentVariableReserved(ApiError):
    """An environment variable has a name that the platform reserves."""

    status_code = 400
    code = "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX"


class OrderReserved(ApiError):
    """An interception has the order that the platform reserves."""

    status_code = 400
    code = "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER"


class PluginFieldInvalid(BadRequest):
    """A field of a new plugin is not valid."""


class PluginRequestInvalid(ApiError):
    """A field of an update is not valid."""

    status_code = 400
    code = "PLUGIN_REQUEST_VALIDATION_FAILED"


class VersionMustBeLarger(ApiError):
    """Code was sent with a version that is not larger than the present one."""

    status_code = 400
    code = "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"


class VersionMustNotBeChanged(ApiError):
    """Another version was sent without code."""

    status_code = 400
    code = "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE"


class ImageTagNotFound(ApiError):
    """The repository has no image with a tag."""

    status_code = 404
    code = "PLUGIN_IMAGE_TAG_NOT_FOUND"


class InterceptionConfigurationNotFound(ApiError):
    """There is nothing of this name that can be intercepted."""

    status_code = 404
    code = "INTERCEPTION_CONFIGURATION_NOT_FOUND"


class PluginNotFound(ApiError):
    """There is no such plugin."""

    status_code = 404
    code = "PLUGIN_NOT_FOUND"


class PluginExists(ApiError):
    """Another plugin has this name."""

    status_code = 409
    code = "PLUGIN_EXISTS_BY_NAME"


class AwsFailed(ApiError):
    """AWS refuses what the platform asks of it; `className` is the name of its error."""

    status_code = 500
    code = "AWS_EXCEPTION"
