"""The scopes of tokens: what their holders are, and what they may call (contract section 5.2)."""

from __future__ import annotations

from typing import Literal

__all__ = ["SCOPES", "SELF_SCOPES", "SERVICE_SCOPES", "TokenKind"]

TokenKind = Literal["interceptor", "notification", "user"]
"""Whom a token speaks for: the platform calling an interceptor or a notification plugin, or a person."""

_PROTECTED = "PROTECTED_API"

SELF_SCOPES = ("UMS_USERS_SELF_UPDATE_USER", "UMS_USERS_SELF_DELETE_USER", "UMS_USERS_SELF_GET_USER")
"""What everybody may do who can log in: read, change and delete the own log-in."""

SCOPES: dict[TokenKind, list[str]] = {
    "interceptor": [
        "SETTINGS_MINIMIZED_SEARCH_TEMPLATE",
        "UMS_USERS_UPDATE_USER",
        "MEASUREMENT_GET_LAST_MEASUREMENTS",
        "FILE_SEARCH_FILES",
        "SETTINGS_SEARCH_ATTRIBUTE",
        "FILE_GET_FILE_METADATA",
        "SETTINGS_SEARCH_ENTITY_TYPES",
        _PROTECTED,
        "UMS_USERS_SEARCH_USER",
        "ENTITY_RELATIONSHIP_SEARCH",
        "SETTINGS_GET_REFERENCE_ATTRIBUTES",
        "SETTINGS_GET_TEMPLATE",
        "ENTITY_RELATIONSHIP_ATTRIBUTE_REFERENCES_COUNT",
        "ENTITY_ENTITY_SEARCH",
        "UMS_USERS_CREATE_USER",
        "UMS_USERS_DELETE_USER",
        "PLUGIN_INTERCEPTOR",
        "SETTINGS_GET_CUSTOM_ATTRIBUTES",
        "SETTINGS_SEARCH_TEMPLATE",
        "PERMISSIONS_SYNC_PERMISSIONS",
    ],
    "notification": [_PROTECTED, "ACTION_NOTIFICATION", "PERMISSIONS_SYNC_PERMISSIONS"],
    "user": [
        "SETTINGS_MINIMIZED_SEARCH_TEMPLATE",
        _PROTECTED,
        "SETTINGS_PORTAL_BUILDER_GET_VIEW_FULL_ATTRIBUTES",
        "SETTINGS_GET_TEMPLATE",
        "UMS_USERS_SELF_UPDATE_USER",
        "UMS_USERS_SELF_DELETE_USER",
        "ORGANIZATION_GET_BUILT_IN_TEMPLATES",
        "UMS_USERS_SELF_GET_USER",
        "SETTINGS_SEARCH_TEMPLATE",
    ],
}
"""The scopes by kind of token, as captured ones have them; a person's are those of whoever is no administrator."""

SERVICE_SCOPES = [_PROTECTED, "EMAIL_SEND_EMAIL", "NOTIFICATION_SEND_SMS"]
"""The scopes of a plugin's service user: what plugins do is to work with entities, and to send messages."""
