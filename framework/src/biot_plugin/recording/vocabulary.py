"""The platform's own words, which are published and identify nobody: they stay as they are in a recording.

A word counts where the platform writes it: a name has a form or a list of values, and what does not fit is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from biot_plugin.hooks.published.names import ApiId, EntityType, NotificationAction, NotificationEntityType
from biot_plugin.settings import ACCESS_TOKEN_TYPES
from biot_plugin.wire import http_status
from biot_plugin.wire.kind import Kind

METHODS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"))

#: Values that stay wherever they are: enumerations of the platform.
VALUES = frozenset(
    (
        *METHODS,
        *(kind.value for kind in Kind),
        *(kind.name for kind in Kind),
        *ACCESS_TOKEN_TYPES,
        *get_args(EntityType),
        *get_args(NotificationEntityType),
        *get_args(NotificationAction),
        *("MALE", "FEMALE", "UNDISCLOSED", "UNKNOWN", "OTHER", "ENABLED", "DISABLED"),
        *("ACTIVE", "ACTIVATING", "PAUSED", "PAUSING", "RESUMING", "STOPPING", "STARTING", "IN_PROGRESS", "INITIATED"),
        *("DONE", "COMPLETED", "COMPLETION", "FAILED", "TIMEOUT", "ABORTED", "CLEARED", "SUSPENDED", "STOPPED"),
        *("CRITICAL", "MAJOR", "MINOR", "INFO", "WARNING", "OK", "SUCCESS", "FAILURE", "GENERAL_DEVICE_ERROR"),
        *("MANUAL", "AUTOMATIC", "REMOTE_CONTROL", "EXTERNAL", "PASSWORD", "OTP", "ASC", "DESC", "TRUE", "FALSE"),
        *("true", "false", "null", "yes", "no", "on", "off", "$default", "anonymous", "aws.events", "Scheduled Event"),
        *("HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "2.0", "application/json", "*/*", "utf-8", "en-us", "gzip", ""),
        "00000000-0000-0000-0000-000000000000",
        "9999-12-31",
        "SIGN_ME",
        "Bearer SIGN_ME",
    )
)

#: Names in the platform's formats that stay also where a value of the event is the same word.
NAMES = frozenset(
    (
        *("version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "body", "isBase64Encoded"),
        *("accountId", "apiId", "domainName", "domainPrefix", "http", "method", "path", "protocol", "sourceIp"),
        *("userAgent", "requestId", "stage", "time"),
        *("timeEpoch", "queryStringParameters", "pathParameters", "rawQuery"),
        *("initiatorData", "subjectId", "ownerOrganizationId", "tokenType", "entityName", "request", "response"),
        *("queryParameters", "pathVariables", "name", "value", "httpStatusCode", "entities", "entity", "data"),
        *("metadata", "entityTypeName", "actionName", "status", "startTime"),
        *("endTime", "traceId", "initiator", "subject", "id"),
        *("sourceIpAddress", "additionalData", "oldEntity", "jwt", "detail-type", "source", "account", "region"),
        *("resources", "detail", "statusCode", "code", "message", "serviceName", "environment", "details", "type"),
        *("searchRequest", "filter", "sort", "prop", "order", "freeTextSearch", "limit", "page", "totalResults"),
        *("$AND", "$OR", "$NOT", "in", "eq", "lt", "lte", "gt", "gte", "like", "from", "to", "isNull", "isNotNull"),
        *("not", "notIn", "state", "error", "result", "results", "items", "count", "total", "errors", "reason", "text"),
        *("hooktype", "authorization", "traceparent", "accept", "accept-language", "content-type"),
        *("allow-interception", "serviceUserId", "scopes", "jti", "exp"),
        *("sub", "iat", "nbf", "refreshTokenId", "tenantId", "templateName"),
        *("firstName", "lastName", "displayName", "templateId", "parentEntityId", "template", "organizationId"),
    )
)  # fmt: skip

#: Names in the platform's entities and answers that stay unless a value of the event is the same word.
_MEMBERS = frozenset(
    (
        *("address1", "address2", "city", "zipCode", "countryCode", "measurements", "timestamp", "sessionId"),
        *("attributes", "values", "unit", "title", "mimeType", "fileName", "size", "signedUrl", "accessJwt"),
        *("refreshJwt", "token", "userId", "ownerOrganization", "entityId", "entityType", "searchRequest"),
        *("organization", "patient", "caregiver", "device", "session", "alert", "command", "locale", "mfa"),
        *("enabled", "phone", "username", "expirationInMinutes", "patientId", "deviceId", "creationTime"),
        *("lastModifiedTime", "lowerRange", "upperRange", "numericMetaData", "requestVersion", "standardDeviation"),
        *("average", "statistics", "messageId", "nextToken", "partNumber", "parts", "etags", "signedUrls"),
        *("publicUrl", "mediaType", "measures", "failedMeasures", "numberOfMeasuresFailed"),
        *("numberOfMeasuresSaved", "entityOrganizationId", "entityDisplayName", "sourceEntityId", "creation"),
        *("executionOrder", "roleId", "roles", "user", "users", "limitPerPage", "validationMetadata"),
        *("numberOfSample", "dataType", "subType", "expiration", "expirationTime", "accessToken", "credentialType"),
        *("loginTimestamp", "mfaRequired", "mfaExpiration", "passwordResetRequired", "requestedOrganizationId"),
        *("templateAttributes", "customAttributes", "builtInAttributes", "attributeName", "attributeId", "deleted"),
        *("success", "attachments", "topicInfoList", "userPassword"),
    )
)  # fmt: skip

#: Headers that are recorded; all others are left out.
HEADERS = frozenset(
    ("hooktype", "authorization", "traceparent", "content-type", "accept", "accept-language", "allow-interception")
)

#: Headers that are left out whoever calls them safe.
SECRET_HEADERS = frozenset(("cookie", "set-cookie", "proxy-authorization", "x-api-key"))

#: The words in the paths of the platform's APIs.
PATH_WORDS = frozenset(
    part for api_id in get_args(ApiId) for part in api_id.split("/")[1:] if not part.startswith("{")
) | frozenset(("ums", "settings", "security", "public-key", "services", "login", "self", "templates", "upload", "v3"))

#: The words that the platform's codes consist of, such as `DEVICE_NOT_FOUND` and `UMS_USERS_GET_USER`.
_CODE_WORDS = frozenset(
    (
        *(word.upper() for name in PATH_WORDS for word in name.split("-")),
        *(word.upper() for name in get_args(EntityType) + get_args(NotificationEntityType) for word in name.split("-")),
        *("ACCESS", "ACTION", "ALREADY", "AND", "API", "ATTRIBUTE", "BAD", "BODY", "BY", "CALL", "CANNOT", "CHANGE"),
        *("CODE", "CONFLICT", "CREATE", "DATA", "DELETE", "DENIED", "DISABLED", "DUPLICATE", "EMAIL", "ENTITY"),
        *(
            "ENTITIES",
            "ERROR",
            "EXCEEDED",
            "EXIST",
            "EXISTS",
            "EXPIRED",
            "FAILED",
            "FIELD",
            "FILE",
            "FORBIDDEN",
            "FORMAT",
        ),
        *("FOUND", "GATEWAY", "GET", "HANDLER", "ID", "IN", "INCORRECT", "INTERCEPTOR", "INTERNAL", "INVALID", "IS"),
        *("JWT", "KEY", "LIMIT", "LOCKED", "LOGIN", "LOGS", "MANDATORY", "MAX", "MISSING", "MUST", "NAME", "NO", "NOT"),
        *(
            "NOTIFICATION",
            "NULL",
            "OF",
            "OR",
            "ORGANIZATION",
            "PARAMETER",
            "PARAMETERS",
            "PASSWORD",
            "PATH",
            "PERMISSION",
        ),
        *(
            "PLUGIN",
            "PLUGINS",
            "POST",
            "PRE",
            "PUT",
            "QUERY",
            "REFERENCE",
            "REFERENCED",
            "REQUEST",
            "REQUIRED",
            "RESPONSE",
        ),
        *("ROLE", "ROLES", "SEARCH", "SECRET", "SELF", "SERVER", "SERVICE", "SESSION", "SIZE", "STATE", "STATUS"),
        *("TEMPLATE", "TEMPLATES", "TIMEOUT", "TO", "TOKEN", "TOO", "MANY", "LARGE", "LONG", "TYPE", "UNAUTHORIZED"),
        *("UNAVAILABLE", "UNIQUE", "UPDATE", "USED", "USER", "USERS", "VALID", "VALIDATION", "VALUE", "VIEW", "WITH"),
        *(
            "ADAPT",
            "ASSOCIATED",
            "COMMAND",
            "CONFIGURATION",
            "CONFIRM",
            "DEVICE",
            "EDIT",
            "EXTERNAL",
            "FIND",
            "MEASUREMENT",
        ),
        *("PATIENT", "PATIENTS", "READ", "SERVICES", "SETTINGS", "SUPPORTED", "UMS", "UNSUPPORTED", "WRITE", "WRONG"),
    )
)

#: The names of variables in the paths of the platform's APIs.
PATH_VARIABLES = frozenset(
    part[1:-1] for api_id in get_args(ApiId) for part in api_id.split("/") if part.startswith("{")
)

_API_VERSION = re.compile(r"v\d{1,2}")
_TEMPLATE = re.compile(r"[A-Za-z][A-Za-z]{0,30}(?:[_-][A-Za-z]{1,30}){0,5}\d{0,2}")
_CODE = re.compile(r"[A-Z]{1,30}(?:_[A-Z]{1,30}){1,12}")
_ATTRIBUTE = re.compile(r"_?[a-z](?:[A-Za-z]|\d{1,2}(?!\d)|_(?=[A-Za-z])){0,60}")
_HEX = re.compile(r"[0-9a-f]{8,}")
_MAX_DIGITS = 3
_LOCALE = re.compile(r"[a-z]{2}(?:[-_](?:[A-Z]{2}|[a-z]{2}))?")
_SMALL = re.compile(r"\d{1,3}")


def is_name(text: str) -> bool:
    """Whether a name has the form of an attribute's: `_dateOfBirth`, `mrn`, `heart_rate`."""
    few_digits = sum(map(str.isdecimal, text)) <= _MAX_DIGITS
    return few_digits and _ATTRIBUTE.fullmatch(text) is not None and _HEX.fullmatch(text) is None


def is_built_in(name: str) -> bool:
    """Whether a name is one of the platform's attributes, which begin with an underscore, or in one of them."""
    return name.startswith("_") or name in _MEMBERS


def is_path_word(text: str) -> bool:
    """Whether a part of a path is a word of the platform's."""
    if text[:1] == "{" and text[-1:] == "}":
        return text[1:-1] in PATH_VARIABLES
    return text in PATH_WORDS or text in VALUES or _API_VERSION.fullmatch(text) is not None


def is_template(text: str) -> bool:
    """Whether a text has the form of a template's name."""
    return _TEMPLATE.fullmatch(text) is not None


def _is_api_id(text: str) -> bool:
    method, _, path = text.partition("/")
    return method in METHODS and all(map(is_path_word, path.split("/")))


def _is_status(text: str) -> bool:
    code = http_status.parse(text)
    if code is None:
        return False
    try:
        return text in (str(code), http_status.render(code, "200 OK"), http_status.render(code, "OK"))
    except ValueError:
        return False


def _is_code(text: str) -> bool:
    """Whether a text is one of the platform's codes: of an error, or of a permission."""
    return _CODE.fullmatch(text) is not None and _CODE_WORDS.issuperset(text.split("_"))


def _is_locale(text: str) -> bool:
    return _LOCALE.fullmatch(text) is not None


def _is_small(text: str) -> bool:
    return _SMALL.fullmatch(text) is not None


_MEDIA_TYPES = frozenset(
    (
        *("application/json", "application/cbor", "application/xml", "application/pdf", "application/octet-stream"),
        *("application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "text/html", "text/csv"),
        *("text/xml", "application/problem+json", "image/png", "image/jpeg", "application/*+json", "*/*"),
    )
)


def media_types(header: str) -> str:
    """Return the media types of a header that are well known, without their parameters; any if there are none."""
    names = [part.partition(";")[0].strip().lower() for part in header[:1000].split(",")]
    return ", ".join(name for name in names if name in _MEDIA_TYPES) or "*/*"


#: By the name of a member, whether its text stays.
FORMS: dict[str, Callable[[str], bool]] = {
    "_locale": _is_locale,
    "accept-language": _is_locale,
    "allow-interception": _is_small,
    "apiId": _is_api_id,
    "code": _is_code,
    "httpStatusCode": _is_status,
    "limit": _is_small,
    "locale": _is_locale,
    "page": _is_small,
    "scopes": _is_code,
}

#: Names of numbers that say nothing about anybody, up to a size.
_NUMBERS = frozenset(
    ("executionOrder", "expirationInMinutes", "httpStatusCode", "limit", "page", "status", "statusCode", "version")
)
_MAX_NUMBER = 1000


def is_number(name: str, value: Any) -> bool:
    """Whether the number of a member stays."""
    return value == 0 or (name in _NUMBERS and isinstance(value, int) and 0 <= value < _MAX_NUMBER)


#: Names of numbers that are times, in seconds or milliseconds since 1970.
TIMES = frozenset(("exp", "iat", "nbf", "timeEpoch", "timestamp"))
