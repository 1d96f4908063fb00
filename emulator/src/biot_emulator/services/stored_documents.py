"""What the services rely on in each stored document, checked when a stored state is opened.

A state that was changed by other programs, or damaged, is refused as a whole at the start, before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from biot_emulator.security.stored_keys import KEYS
from biot_emulator.services.entities.certificates.catalogue import AUTHORITY, CERTIFICATES
from biot_emulator.services.files.catalogue import COLLECTION
from biot_emulator.services.files.segments import SEGMENT_NAME
from biot_emulator.services.files.signed_urls import URL_KEY
from biot_emulator.services.measurements.observations import ATTRIBUTES
from biot_emulator.services.outbox.messages import ATTACHMENTS, MESSAGES
from biot_emulator.services.templates.built_in import BUILT_IN
from biot_emulator.services.templates.catalogue import COLLECTION as TEMPLATES
from biot_emulator.services.ums.sessions import LOGINS
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import damaged

__all__ = ["check_documents"]

_Shape = Any
"""A type, several of which one must fit; a pattern; a dict of members that must be there; a list of one shape."""

_OPTIONAL_TEXT = (str, type(None))
_HASH = re.compile(r"\A(?:[0-9a-f]{2})+:(?:[0-9a-f]{2})+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONFIG = {
    "displayName": str,
    "version": int,
    "runtime": _OPTIONAL_TEXT,
    "handler": _OPTIONAL_TEXT,
    "timeout": int,
    "memorySize": int,
    "ephemeralStorage": int,
    "environmentVariables": dict,
    "enabledState": str,
    "cronSchedule": _OPTIONAL_TEXT,
    "deploymentPackageType": str,
    "cors": {"allowOrigins": [str], "allowMethods": [str], "allowHeaders": [str], "exposeHeaders": [str]},
    "subscriptions": {"interceptions": [dict], "notifications": [dict]},
}
_SHAPES: Mapping[str, _Shape] = {
    KEYS: {"private": [str]},
    "users": {
        "id": str,
        "username": str,
        "organization_id": str,
        "administrator": bool,
        "enabled": bool,
        "hash": _HASH,
    },
    "usernames": {"userId": str},
    "registered-users": {"userId": str},
    LOGINS: {"id": str, "userId": str, "expires": int, "pending": bool},
    "one-time-codes": {"id": str, "userId": str, "code": str, "expires": (int, float), "attempts": int},
    "wrong-codes": {"id": str, "count": int, "until": (int, float)},
    "temporary-tokens": {"hash": str, "operation": str, "entityId": str, "expires": (int, float)},
    "invitations": {"userId": str, "creationTime": str},
    "unique-emails": {"id": str},
    "unique-organization-names": {"id": str},
    "unique-registration-codes": {"id": str},
    "roles": {"id": str, "name": str, "permissionIds": [str]},
    "service-users": {"id": str, "active": bool, "secretKeys": [{"id": str, "hash": _HASH}]},
    "plugins": {
        "name": str,
        "config": _CONFIG,
        "endpoint_url": str,
        "service_id": str,
        "secret_key": str,
        "code": dict,
        "creation_time": str,
        "last_modified_time": str,
    },
    "interceptions": {
        "id": str,
        "type": str,
        "apiId": _OPTIONAL_TEXT,
        "entityName": _OPTIONAL_TEXT,
        "endpoint": str,
        "pathFilters": (dict, type(None)),
        "executionOrder": int,
    },
    "notifications": {
        "id": str,
        "entityTypeName": str,
        "actionName": str,
        "endpoint": str,
        "templateName": _OPTIONAL_TEXT,
    },
    "image-blobs": {"repository": str, "digest": _DIGEST, "size": int},
    "image-manifests": {
        "repository": str,
        "digest": _DIGEST,
        "mediaType": str,
        "size": int,
        "blobs": [_DIGEST],
        "manifests": [_DIGEST],
        "subject": (str, type(None)),
    },
    "image-tags": {"repository": str, "tag": str, "digest": _DIGEST},
    "registry-key": {"key": re.compile(r"[0-9a-f]{64}")},
    COLLECTION: {
        "id": _UUID,
        "name": str,
        "mimeType": str,
        "organizationId": str,
        "parts": int,
        "etags": dict,
        "segments": [SEGMENT_NAME],
    },
    URL_KEY: {"key": re.compile(r"[0-9a-f]{64}")},
    AUTHORITY: {"private": str},
    CERTIFICATES: {"id": str, "device": str, "type": str, "active": bool},
    ATTRIBUTES: {"name": str, "dataType": str},
    MESSAGES: {"id": str, "kind": str},
    ATTACHMENTS: {"key": str, "size": int},
    "seeds": {"id": str},
}
_ENTITY = {"_id": str, "_template": dict, "_creationTime": str}
_ATTRIBUTE = {"id": str, "name": str, "type": str, "category": {"name": str}, "validation": dict}
_OLD_TEMPLATE = {"id": str, "name": str, "displayName": str}
_TEMPLATE = {
    **_OLD_TEMPLATE,
    "entityTypeName": re.compile("|".join(BUILT_IN)),
    "ownerOrganizationId": _OPTIONAL_TEXT,
    "parentTemplateId": _OPTIONAL_TEXT,
    "removable": bool,
    "builtInAttributes": [_ATTRIBUTE],
    "customAttributes": [_ATTRIBUTE],
    "templateAttributes": [{"id": str, "name": str, "type": str, "value": object}],
}


def check_documents(store: Store) -> None:
    """Check every document of a state.

    Raises:
        DataUnavailable: One is not what the services have stored.
    """
    for collection in store.collections():
        shape = _SHAPES.get(collection, _ENTITY)
        for number, document in enumerate(store.all(collection), start=1):
            if collection == TEMPLATES:
                # Before templates had attributes, they had no entity type either.
                shape = _TEMPLATE if "entityTypeName" in document else _OLD_TEMPLATE
            if not _fits(document, shape):
                raise damaged(store.folder, f"document {number} of {collection} is incomplete")
    _check_keys(store)


def _check_keys(store: Store) -> None:
    document = store.get(KEYS, KEYS)
    if document is None:
        return
    from biot_emulator.security.signing_key import SigningKey

    try:
        for text in document["private"]:
            SigningKey.load(text)
    except Exception as error:  # whatever the library for keys raises
        raise damaged(store.folder, "a signing key cannot be read") from error


def _fits(value: Any, shape: _Shape) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(name in value and _fits(value[name], shape[name]) for name in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(item, shape[0]) for item in value)
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and shape.fullmatch(value) is not None
    return isinstance(value, shape)
