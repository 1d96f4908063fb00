"""Signs requests to AWS (Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import NamedTuple
from urllib.parse import urlsplit

from biot_plugin.http.messages import Request

_ALGORITHM = "AWS4-HMAC-SHA256"


class AwsCredentials(NamedTuple):
    """The credentials of the function's role, which Lambda sets.

    Attributes:
        key_id: The access key's id.
        secret_key: The secret access key.
        session_token: The session token; empty for none.
    """

    key_id: str
    secret_key: str
    session_token: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> AwsCredentials | None:
        """Read the credentials; None where there are none."""
        key_id, secret_key = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
        return cls(key_id, secret_key, environ.get("AWS_SESSION_TOKEN", "")) if key_id and secret_key else None


def sign(request: Request, service: str, region: str, credentials: AwsCredentials, now: float) -> Request:
    """Add the headers of a signature to a request without a path and a query.

    Args:
        request: The request.
        service: The AWS service that it is for.
        region: The region.
        credentials: What to sign with.
        now: Seconds since the epoch.
    """
    moment = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    token = {"x-amz-security-token": credentials.session_token} if credentials.session_token else {}
    headers = {**request.headers, "x-amz-date": moment, **token}
    signed = {**headers, "host": urlsplit(request.url).netloc}
    names = sorted(signed)
    lines = [f"{name}:{signed[name].strip()}" for name in names]
    payload = hashlib.sha256(request.content).hexdigest()
    canonical = "\n".join([request.method, "/", "", *lines, "", ";".join(names), payload])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    authorization = (
        f"{_ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return request._replace(headers={**headers, "authorization": authorization})
