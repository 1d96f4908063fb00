"""Signatures of requests as AWS has them (version 4): what a caller signs, and whether it has the secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

__all__ = ["Signature", "SignatureInvalid"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([!-~]+?)")
_SCOPE = re.compile(r"([A-Z0-9]{16,128})/(\d{8})/([a-z0-9-]{1,64})/([a-z0-9-]{1,64})/aws4_request")
_TIME = "%Y%m%dT%H%M%SZ"
#: What has to be signed, as otherwise one request could be sent as another.
_REQUIRED = frozenset({"host", "x-amz-date", "x-amz-target", "x-amz-security-token"})


class SignatureInvalid(Exception):
    """A request has no signature that can be read."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A request's signature.

    Attributes:
        key_id: The access key id.
        date: The day in the scope.
        region: The region in the scope.
        service: The service in the scope.
        headers: The names of the signed headers.
        value: The signature.
        time: When the request was signed.
    """

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str
    time: datetime

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> Signature:
        """Read the signature in a request's headers.

        Raises:
            SignatureInvalid: There is none that can be read.
        """
        algorithm, _, rest = headers.get("authorization", "").partition(" ")
        matches = [_PART.fullmatch(part.strip()) for part in rest.split(",")]
        parts = {match[1]: match[2] for match in matches if match}
        scope = _SCOPE.fullmatch(parts.get("Credential", ""))
        names = tuple(parts.get("SignedHeaders", "").lower().split(";"))
        if algorithm != _ALGORITHM or scope is None or "Signature" not in parts or not _REQUIRED.issubset(names):
            raise SignatureInvalid
        try:
            time = datetime.strptime(headers.get("x-amz-date", ""), _TIME).replace(tzinfo=UTC)
        except ValueError:
            raise SignatureInvalid from None
        if not all(name in headers for name in names) or f"{time:%Y%m%d}" != scope[2]:
            raise SignatureInvalid
        return cls(scope[1], scope[2], scope[3], scope[4], names, parts["Signature"], time)

    def is_of(
        self, secret: str, method: str, path: str, query: str, headers: Mapping[str, str], content: bytes
    ) -> bool:
        """Whether somebody who has the secret signed this request."""
        canonical = "\n".join(
            [
                method,
                quote(path, safe="/-_.~%"),
                _canonical_query(query),
                *(f"{name}:{' '.join(headers[name].split())}" for name in self.headers),
                "",
                ";".join(self.headers),
                hashlib.sha256(content).hexdigest(),
            ]
        )
        scope = f"{self.date}/{self.region}/{self.service}/aws4_request"
        text = "\n".join([_ALGORITHM, f"{self.time:{_TIME}}", scope, hashlib.sha256(canonical.encode()).hexdigest()])
        expected = hmac.digest(self._signing_key(secret), text.encode(), "sha256").hex()
        return hmac.compare_digest(expected.encode(), self.value.encode(errors="replace"))

    def _signing_key(self, secret: str) -> bytes:
        key = f"AWS4{secret}".encode()
        for part in (self.date, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return key


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs))
