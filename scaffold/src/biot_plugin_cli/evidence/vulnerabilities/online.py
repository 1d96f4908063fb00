"""The database of OSV over HTTP, which is asked on wish alone: it learns the names and versions of the components.

https://google.github.io/osv.dev/api/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import urllib3

from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.evidence.vulnerabilities.database import Snapshot
from biot_plugin_cli.http.failure_reasons import failure_reason
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.http.limited_connections import Limits
from biot_plugin_cli.http.proxies import pool_for

__all__ = ["DEFAULT_URL", "ask"]

DEFAULT_URL = "https://api.osv.dev"
"""The address of OSV's own database."""

_BATCH = 500
_MAX_PAGES = 50
_LIMITS = Limits(sending_seconds=60, response_seconds=120, max_bytes=32_000_000)
_ADVICE = "pass --vulnerabilities FILE with a database that was downloaded before"


def ask(url: str, purls: Iterable[str]) -> Snapshot:
    """Ask which vulnerabilities versions of packages have.

    Args:
        url: The base URL of the API.
        purls: The package URLs, with versions.

    Raises:
        PlatformUnreachable: It does not answer, or not as the API does.
        UsageError: The URL, or the setting of a proxy, is invalid.
    """
    service = _Service(url.rstrip("/"))
    queries = [{"package": {"purl": purl}} for purl in sorted(set(purls))]
    ids: set[str] = set()
    for start in range(0, len(queries), _BATCH):
        ids |= service.find(queries[start : start + _BATCH])
    records = {record["id"]: record for record in map(service.record, sorted(ids))}
    standing = {key: record for key, record in records.items() if not record.get("withdrawn")}
    newest = max((str(record.get("modified") or "") for record in records.values()), default="")
    return Snapshot(url, None, newest or None, None, len(records) - len(standing), standing)


class _Service:
    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = pool_for(url, limits=_LIMITS, timeout=30, retries=False)

    def find(self, queries: Sequence[Mapping[str, Any]]) -> set[str]:
        """Return the ids of the records that are about any of the versions."""
        ids: set[str] = set()
        for _ in range(_MAX_PAGES):
            results = self._call("POST", "/v1/querybatch", {"queries": queries})["results"]
            if len(results) != len(queries):
                raise self._unreachable(f"it answered {len(queries)} questions with {len(results)} answers")
            ids |= {item["id"] for result in results for item in result.get("vulns") or ()}
            pages = [
                {**query, "page_token": result["next_page_token"]}
                for query, result in zip(queries, results, strict=True)
                if result.get("next_page_token")
            ]
            if not pages:
                return ids
            queries = pages
        raise self._unreachable("its list does not end")

    def record(self, name: str) -> dict[str, Any]:
        """Fetch a record."""
        record = self._call("GET", f"/v1/vulns/{quote(name, safe='')}")
        if record.get("id") != name:
            raise self._unreachable(f"it answered with another record than {name}")
        return record

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"accept": "application/json", "content-type": "application/json"}
        content = json.dumps(body).encode() if body else None
        try:
            response = self._pool.request(method, self._url + path, body=content, headers=headers, redirect=False)
            if response.status != 200:
                raise self._unreachable(f"it answered {method} {path.partition('?')[0]} with {response.status}")
            document = read_json(response.data)
            self._require_form(path, document)
            answer: dict[str, Any] = document
        except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
            raise self._unreachable(failure_reason(error)) from error
        return answer

    def _require_form(self, path: str, document: Any) -> None:
        if path.endswith("querybatch"):
            for result in document["results"]:
                for item in result.get("vulns") or ():
                    str.lower(item["id"])
        else:
            str.lower(document["id"])

    def _unreachable(self, reason: str) -> PlatformUnreachable:
        return PlatformUnreachable(
            f"The database of vulnerabilities at {self._url} cannot be asked ({reason}): {_ADVICE}"
        )
