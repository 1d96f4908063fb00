from __future__ import annotations

import base64
import json

import pytest

from biot_emulator import TokenIssuer
from biot_emulator.security.token_scopes import SELF_SCOPES, TokenKind

#: As in the tokens of captured events, in their order.
INTERCEPTOR = [
    "SETTINGS_MINIMIZED_SEARCH_TEMPLATE",
    "UMS_USERS_UPDATE_USER",
    "MEASUREMENT_GET_LAST_MEASUREMENTS",
    "FILE_SEARCH_FILES",
    "SETTINGS_SEARCH_ATTRIBUTE",
    "FILE_GET_FILE_METADATA",
    "SETTINGS_SEARCH_ENTITY_TYPES",
    "PROTECTED_API",
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
]
USER = [
    "SETTINGS_MINIMIZED_SEARCH_TEMPLATE",
    "PROTECTED_API",
    "SETTINGS_PORTAL_BUILDER_GET_VIEW_FULL_ATTRIBUTES",
    "SETTINGS_GET_TEMPLATE",
    "UMS_USERS_SELF_UPDATE_USER",
    "UMS_USERS_SELF_DELETE_USER",
    "ORGANIZATION_GET_BUILT_IN_TEMPLATES",
    "UMS_USERS_SELF_GET_USER",
    "SETTINGS_SEARCH_TEMPLATE",
]


@pytest.fixture(scope="module")
def tokens() -> TokenIssuer:
    return TokenIssuer()


def scopes_of(token: str) -> list[str]:
    payload = token.split(".")[1]
    scopes: list[str] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["scopes"]
    return scopes


@pytest.mark.parametrize(
    ("kind", "scopes"),
    [
        ("interceptor", INTERCEPTOR),
        ("notification", ["PROTECTED_API", "ACTION_NOTIFICATION", "PERMISSIONS_SYNC_PERMISSIONS"]),
        ("user", USER),
    ],
)
def test_each_kind_of_token_has_its_scopes(tokens: TokenIssuer, kind: TokenKind, scopes: list[str]) -> None:
    assert scopes_of(tokens.sign_for(kind)) == scopes


def test_a_persons_token_has_what_everybody_may_do_with_the_own_log_in() -> None:
    assert {*SELF_SCOPES} < {*USER}


def test_a_service_users_token_opens_entities_and_messages(tokens: TokenIssuer) -> None:
    scopes = ["PROTECTED_API", "EMAIL_SEND_EMAIL", "NOTIFICATION_SEND_SMS"]
    assert scopes_of(tokens.log_in("some-id")["accessToken"]) == scopes
