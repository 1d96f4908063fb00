"""`event.biot`: the platform's API inside a handler (contract sections 2.10, 5.3 and 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from biot_plugin.api_client import official_sdks
from biot_plugin.api_client.event_calls import EventClient
from biot_plugin.api_client.files import transfer
from biot_plugin.api_client.files.stored import StoredFile, StreamedFile
from biot_plugin.api_client.paths import Query
from biot_plugin.api_client.responses import parse_json, parse_page
from biot_plugin.api_client.search import Search
from biot_plugin.api_client.search_request import Filter, search_request
from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from os import PathLike

    from biot_plugin.api_client.answers import AnswerType

Sdk = TypeVar("Sdk")
T = TypeVar("T")


class BiotApi:
    """Calls the platform's API as the plugin's service user. Safe for several threads.

    It logs in, renews its token, and retries calls that are safe to retry. No call outlives the invocation. Failures
    raise a `PlatformError`; where the handler does not catch it, the plugin's caller gets the platform's error.

    The arguments that all calls share:

    - `path`: starts with the service, as in `"/organization/v1/users/patients"`, and may end with `?` and a query. A
      path with `.` or `..` segments, encoded or not, is a ValueError.
    - `query`: query parameters by name; a list repeats the parameter, and None is left out. A value that is not text, a
      number or a bool is a TypeError.
    - `json`: the body, also as a value of such a type.
    - `headers`: further headers; `authorization` and those that the connection sets, such as `content-length`, are a
      ValueError.
    - `allow_interception`: whether the interceptors of all plugins, including this one, run as for other callers.
    - `as_`: the type of the answer: a TypedDict, msgspec struct, dataclass or pydantic model, such as those that
      `biot-plugin types` writes. An answer that does not match it is an `UnexpectedAnswer`.
    - `timeout`: seconds that the call may take, retries included; 30 by default, and less where Lambda's deadline is
      nearer.
    """

    def __init__(self, client: EventClient) -> None:
        self._client = client

    @overload
    def get(
        self,
        path: str,
        *,
        as_: type[T],
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> T: ...

    @overload
    def get(
        self,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any: ...

    def get(
        self,
        path: str,
        *,
        as_: type[Any] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send GET, and return the response's JSON; None where the response is empty."""
        return self._call("GET", path, None, query, headers, allow_interception, timeout, as_)

    @overload
    def post(
        self,
        path: str,
        *,
        as_: type[T],
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> T: ...

    @overload
    def post(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any: ...

    def post(
        self,
        path: str,
        *,
        as_: type[Any] | None = None,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send POST, and return the response's JSON; None where the response is empty."""
        return self._call("POST", path, json, query, headers, allow_interception, timeout, as_)

    @overload
    def put(
        self,
        path: str,
        *,
        as_: type[T],
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> T: ...

    @overload
    def put(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any: ...

    def put(
        self,
        path: str,
        *,
        as_: type[Any] | None = None,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send PUT, and return the response's JSON; None where the response is empty."""
        return self._call("PUT", path, json, query, headers, allow_interception, timeout, as_)

    @overload
    def patch(
        self,
        path: str,
        *,
        as_: type[T],
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> T: ...

    @overload
    def patch(
        self,
        path: str,
        *,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any: ...

    def patch(
        self,
        path: str,
        *,
        as_: type[Any] | None = None,
        json: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send PATCH, and return the response's JSON; None where the response is empty."""
        return self._call("PATCH", path, json, query, headers, allow_interception, timeout, as_)

    def delete(
        self,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send DELETE, and return the response's JSON; None where the response is empty.

        Where an attempt broke off, or was answered 500, 502, 503 or 504, and a retry is answered 404, the call counts
        as successful and returns None, because the first attempt has most likely deleted the entity.
        """
        return self._call("DELETE", path, None, query, headers, allow_interception, timeout)

    @overload
    def search(
        self,
        path: str,
        *,
        as_: type[T],
        filter: Filter | None = None,
        sort: str | Sequence[str] = (),
        free_text: str | None = None,
        page_size: int = 100,
        query: Query | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Search[T]: ...

    @overload
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
    ) -> Search: ...

    def search(
        self,
        path: str,
        *,
        as_: type[Any] | None = None,
        filter: Filter | None = None,
        sort: str | Sequence[str] = (),
        free_text: str | None = None,
        page_size: int = 100,
        query: Query | None = None,
        allow_interception: bool = False,
        timeout: float | None = None,
    ) -> Search[Any]:
        """Search for entities; pages are fetched as they are needed (contract section 5.6).

            for patient in event.biot.search("/organization/v1/users/patients", filter={"_gender": "FEMALE"}): ...

        Args:
            path: As for all calls.
            as_: The type of an entity, as for all calls.
            filter: Conditions by field, all of which must hold: a value, a list of values, None for no value, or the
                platform's operators, as in `{"gte": 18, "lt": 65}`. `$AND`, `$OR` and `$NOT` take filters. Nested
                fields are written with dots.
            sort: Names of fields, by priority; a minus in front of a name means descending order.
            free_text: Words, of which an entity must contain at least one.
            page_size: Entities per page.
            query: Further query parameters.
            allow_interception: As for all calls.
            timeout: Seconds that fetching one page may take.

        Raises:
            ValueError: The platform does not support the search.
        """
        search = search_request(filter, sort, free_text, page_size)
        answer_type = None if as_ is None else _answer_type(as_)

        def fetch_page(number: int) -> dict[str, Any]:
            parameters = {**(query or {}), "searchRequest": strict_json.dumps({**search, "page": number})}
            request = self._client.request("GET", path, query=parameters, allow_interception=allow_interception)
            response = self._client.call(request, self._client.deadline.limit(timeout))
            page = parse_page(request, response)
            if answer_type is None:
                return page
            read, status, logger = answer_type.read, response.status, self._client.logger
            return {**page, "data": [read(request, status, entity, logger) for entity in page["data"]]}

        return Search(fetch_page, page_size)

    @overload
    def upload(self, name: str, content: bytes, mime_type: str, *, timeout: float | None = None) -> StoredFile: ...

    @overload
    def upload(
        self, name: str, content: PathLike[str] | IO[bytes], mime_type: str, *, timeout: float | None = None
    ) -> StreamedFile: ...

    def upload(
        self, name: str, content: bytes | PathLike[str] | IO[bytes], mime_type: str, *, timeout: float | None = None
    ) -> StoredFile | StreamedFile:
        """Store a file on the platform; its `id` is what entities refer to (contract section 5.6).

        A file is read piece by piece while it is sent, and so is one that is open, from where it stands. What has more
        than 64 MB is sent in parts, each of which is tried again by itself; where it fails, what was sent is removed.
        A stream that cannot be rewound is sent in parts of 8 MB.

        Args:
            name: Its name on the platform.
            content: The content: bytes, a path, or a file that is open for reading bytes.
            mime_type: Its media type.
            timeout: Seconds that it may take; for bytes 30 by default, for a file all that the invocation has left.

        Raises:
            TypeError: The content is of none of these types; nothing is stored.
            OSError: The file cannot be read; nothing is stored.
        """
        return transfer.upload(self._client, timeout, name, content, mime_type)

    @overload
    def download(self, id: str, *, timeout: float | None = None) -> StoredFile: ...

    @overload
    def download(
        self, id: str, *, to: str | PathLike[str] | IO[bytes], timeout: float | None = None
    ) -> StreamedFile: ...

    def download(
        self, id: str, *, to: str | PathLike[str] | IO[bytes] | None = None, timeout: float | None = None
    ) -> StoredFile | StreamedFile:
        """Fetch a file of the platform, with its content, or into a file here (contract section 5.6).

        Args:
            id: The file's id.
            to: A path, which has all of the content afterwards, or is as it was where the download fails; or a file
                that is open for writing bytes. None for the content in memory.
            timeout: Seconds that it may take; 30 by default, and with `to` all that the invocation has left.

        Raises:
            TypeError: `to` is of none of these types.
            OSError: It cannot be written.
        """
        if to is None:
            return transfer.download(self._client, timeout, id)
        return transfer.download_to(self._client, timeout, id, to)

    def configure(self, sdk: Sdk) -> Sdk:
        """Configure one of the platform's official SDKs with URL, token and trace, and return it.

            client = event.biot.configure(biotmed_organization_sdk.ApiClient(biotmed_organization_sdk.Configuration()))
            patient = biotmed_organization_sdk.PatientAPIApi(client).get_patient(id)

        The SDK always uses a valid token. It does not know Lambda's deadline: pass
        `_request_timeout=event.biot.seconds_left` to its calls.

        Args:
            sdk: An SDK's `ApiClient`, or its `Configuration`, which cannot hold the trace.

        Raises:
            TypeError: It is neither.
        """
        official_sdks.configure(sdk, self._client.base_url, self._client.token, self._client.traceparent)
        return sdk

    @property
    def seconds_left(self) -> float:
        """Seconds that a call may take before Lambda ends the invocation; 0 where there are none."""
        return self._client.deadline.seconds_left

    def _call(
        self,
        method: str,
        path: str,
        json: Any,
        query: Query | None,
        headers: Mapping[str, str] | None,
        allow_interception: bool,
        timeout: float | None,
        as_: type[Any] | None = None,
    ) -> Any:
        answer_type = None if as_ is None else _answer_type(as_)
        request = self._client.request(
            method, path, json, query=query, headers=headers, allow_interception=allow_interception
        )
        response = self._client.call(request, self._client.deadline.limit(timeout))
        answer = parse_json(request, response)
        if answer_type is None:
            return answer
        return answer_type.read(request, response.status, answer, self._client.logger)


def _answer_type(as_: Any) -> AnswerType:
    from biot_plugin.api_client.answers import answer_type  # late: most plugins have no types

    return answer_type(as_)
