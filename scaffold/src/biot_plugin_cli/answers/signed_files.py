"""Files behind signed URLs: the content of downloads, and the content that a plugin uploads."""

from __future__ import annotations

import hashlib
import threading
import uuid
from typing import Any

from biot_emulator.http.loopback_server import json_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_plugin_cli.answers.platform_calls import PlatformCall

__all__ = ["UPLOAD_PATHS", "SignedFiles"]

_SIGNED = "/signed/"
_UPLOADS = "/file/v1/files/upload"
_PARTS = f"{_UPLOADS}/parts"
_NEVER = "2100-01-01T00:00:00Z"
UPLOAD_PATHS = (_UPLOADS, _PARTS)
"""The paths below which uploads are made."""


class SignedFiles:
    """Serves the files of one invocation. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contents: dict[str, bytes] = {}
        self._described: dict[str, dict[str, Any]] = {}

    def serves(self, path: str) -> bool:
        """Whether a path is that of a signed URL."""
        return path.startswith(_SIGNED)

    def transfer(self, request: Request) -> Response:
        """Respond to a request of a signed URL."""
        key = request.path.removeprefix(_SIGNED)
        if request.method == "PUT":
            with self._lock:
                self._contents[key] = request.body
            return Response(200, {"etag": f'"{hashlib.md5(request.body, usedforsecurity=False).hexdigest()}"'})
        content = self._contents.get(key)
        return Response(404) if content is None else Response(200, {}, content)

    def offer(self, request: Request, call: PlatformCall, file: tuple[str, str, bytes]) -> Response:
        """Respond to the request for the signed URL of a file to download."""
        name, media_type, content = file
        id = call.path.split("/")[-2]
        with self._lock:
            self._contents[id] = content
        return json_response(200, {"id": id, "name": name, "mimeType": media_type, "signedUrl": _url(request, id)})

    def accept(self, request: Request, call: PlatformCall) -> Response | None:
        """Respond to a request about an upload; None if it is none."""
        if call.path in UPLOAD_PATHS:
            return self._create(request, call, in_parts=call.path == _PARTS)
        id, _, action = call.path.removeprefix(f"{_PARTS}/").partition("/")
        described = self._described.get(id)
        if described is None or not call.path.startswith(f"{_PARTS}/"):
            return None
        if action == "cancel":
            return Response(204)
        if action == "complete":
            return json_response(200, {**described, "signedUrl": _url(request, id)})
        body = call.json if isinstance(call.json, dict) else {}
        return json_response(200, _parts(request, described, body.get("fromPart", 1), body.get("toPart", 1)))

    def _create(self, request: Request, call: PlatformCall, *, in_parts: bool) -> Response:
        body = call.json if isinstance(call.json, dict) else {}
        id = str(uuid.uuid4())
        described = {"id": id, "name": body.get("name"), "mimeType": body.get("mimeType")}
        with self._lock:
            self._described[id] = described
        created = {**described, "signedUrl": _url(request, id)}
        return json_response(200, _parts(request, created, 1, body.get("parts", 1)) if in_parts else created)


def _parts(request: Request, file: dict[str, Any], first: Any, last: Any) -> dict[str, Any]:
    numbers = range(first, last + 1) if isinstance(first, int) and isinstance(last, int) else range(0)
    urls = [
        {"partNumber": number, "signedUrl": _url(request, f"{file['id']}/{number}"), "expirationTime": _NEVER}
        for number in numbers[:10_000]
    ]
    return {**file, "parts": last, "signedUrls": urls}


def _url(request: Request, key: str) -> str:
    return f"http://{request.headers.get('host', '')}{_SIGNED}{key}"
