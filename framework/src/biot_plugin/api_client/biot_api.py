"""`event.biot`: the platform's API inside a handler (contract sections 2.10, 5.3 and 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from biot_plugin.api_client import official_sdks, stored_files
from biot_plugin.api_client.event_scope import Caller
from biot_plugin.api_client.request import Query
from biot_plugin.api_client.responses import json_of, page_of
from biot_plugin.api_client.search import Filter, Search, search_request
from biot_plugin.api_client.stored_files import StoredFile
from biot_plugin.wire import strict_json

Sdk = TypeVar("Sdk")


class BiotApi:
    """Calls the platform's API as the plugin's service user. Safe for several threads.

    It logs in by itself, renews its token, and tries again what is safe to try again. No call outlives the invocation.
    What it raises is a `PlatformError`; where nobody catches one, the plugin's caller is told what the platform said.

    The arguments that calls have in common:

    - `path`: from the service on, such as `"/organization/v1/users/patients"`; a query may follow after `?`. One that
      leads out of itself, as with `..`, encoded or not, is a ValueError.
    - `query`: query parameters by name; a list gives a parameter several times, and what is None is left out. What is
      neither text, number nor bool is a TypeError.
    - `json`: the body.
    - `headers`: more headers; the token and what is the connection's own, as `content-length`, are a ValueError.
    - `allow_interception`: whether the interceptors of all plugins, this one too, run as they do for other callers.
    - `timeout`: seconds that the call may take with all attempts, 30 where nothing is said; less where Lambda's
      deadline is nearer.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(
        self,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Reads something, and gives the answer's JSON; None where the answer is empty."""
        return self._call("GET", path, None, query, headers, allow_interception, timeout)

    def post(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Makes or does something, and gives the answer's JSON; None where the answer is empty."""
        return self._call("POST", path, json, query, headers, allow_interception, timeout)

    def put(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Replaces something, and gives the answer's JSON; None where the answer is empty."""
        return self._call("PUT", path, json, query, headers, allow_interception, timeout)

    def patch(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Changes something, and gives the answer's JSON; None where the answer is empty."""
        return self._call("PATCH", path, json, query, headers, allow_interception, timeout)

    def delete(
        self,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Removes something, and gives the answer's JSON; None where the answer is empty.

        Where an attempt broke off, or was answered 500, 502, 503 or 504, and the next one finds nothing there any more
        (404), it counts as done, and gives None: the first one has removed it, as far as anybody can tell.
        """
        return self._call("DELETE", path, None, query, headers, allow_interception, timeout)

    def search(
        self,
        path: str,
        *,
        filter: Filter | None = None,
        sort: str | Sequence[str] = (),
        free_text: str | None = None,
        page_size: int = 100,
        query: Query | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Search:
        """Finds entities, a page at a time as they are asked for (contract section 5.6).

            for patient in event.biot.search("/organization/v1/users/patients", filter={"_gender": "FEMALE"}): ...

        Args:
            path: As for all calls.
            filter: Conditions by field, all of which must hold: a value, a list of values, None for no value, or the
                platform's own `{"gte": 18, "lt": 65}`. `$AND`, `$OR` and `$NOT` take filters. Fields of fields are
                written with dots.
            sort: Fields, the first one first; a minus before a field turns it round.
            free_text: Words, one of which an entity must have.
            page_size: How many entities one call gives.
            query: More query parameters.
            allow_interception: As for all calls.
            timeout: Seconds that each page may take.

        Raises:
            ValueError: The search is none that the platform knows.
        """
        search = search_request(filter, sort, free_text, page_size)

        def page(number: int) -> dict[str, Any]:
            asked = {**(query or {}), "searchRequest": strict_json.dumps({**search, "page": number})}
            request = self._caller.request("GET", path, query=asked, allow_interception=allow_interception)
            return page_of(request, self._caller.call(request, self._caller.limit(timeout)))

        return Search(page, page_size)

    def upload(self, name: str, content: bytes, mime_type: str, *, timeout: float | None = None) -> StoredFile:
        """Stores a file on the platform, and tells its id, which entities refer to it by (contract section 5.6).

        Raises:
            TypeError: The content is not bytes; nothing is stored.
        """
        return stored_files.upload(self._caller, self._caller.limit(timeout), name, content, mime_type)

    def download(self, id: str, *, timeout: float | None = None) -> StoredFile:
        """Gives a file of the platform, with its content (contract section 5.6)."""
        return stored_files.download(self._caller, self._caller.limit(timeout), id)

    def configure(self, sdk: Sdk) -> Sdk:
        """Hands address, token and trace to one of the platform's official SDKs, and gives back what it was given.

            client = event.biot.configure(biotmed_organization_sdk.ApiClient(biotmed_organization_sdk.Configuration()))
            patient = biotmed_organization_sdk.PatientAPIApi(client).get_patient(id)

        The token is renewed as calls go on. The SDK has time limits of its own: give its calls
        `_request_timeout=event.biot.seconds_left`.

        Args:
            sdk: An SDK's `ApiClient`; or its `Configuration`, which has no place for the trace.

        Raises:
            TypeError: It is neither.
        """
        official_sdks.configure(sdk, self._caller.base_url, self._caller.token, self._caller.traceparent)
        return sdk

    @property
    def seconds_left(self) -> float:
        """Seconds that a call may still take before Lambda ends the invocation; 0 where there are none."""
        return self._caller.seconds_left

    def _call(
        self,
        method: str,
        path: str,
        json: Any,
        query: Query | None,
        headers: Mapping[str, str] | None,
        allow_interception: bool,
        timeout: float | None,
    ) -> Any:
        request = self._caller.request(
            method, path, json, query=query, headers=headers, allow_interception=allow_interception
        )
        return json_of(request, self._caller.call(request, self._caller.limit(timeout)))
