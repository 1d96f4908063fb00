"""A fake of the platform's API: it has only the responses that a test defines."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from biot_plugin.testing.fake_transport import FakeTransport
from biot_plugin.testing.stubbed_response import ApiCall, Stub

if TYPE_CHECKING:
    from biot_plugin.platform_errors import PlatformUnreachable

JSON = Any
_FILES = "/file/v1/files"
_NEVER = "2100-01-01T00:00:00Z"


class FakeApi:
    """The platform behind `event.biot` in tests.

        def test_the_patient_is_updated(biot_client: Client, biot_api: FakeApi) -> None:
            update = biot_api.patch("/organization/v1/users/patients/{id}")
            biot_client.notification("usage-session", "_update", entity=SESSION)
            assert update.calls[0].json == {"lastSessionState": "DONE"}

    A call without a matching answer fails the test with a message that names the call. Of several matching answers, the
    last one defined wins. `{id}` in a path matches any value.

    Attributes:
        calls: Every call, in order.
        files: The content of files by id, both those of the test and those that the plugin stored.
        transport: Connects it to a plugin, as `Client` does: `plugin.platform.use(api.transport)`.
    """

    def __init__(self) -> None:
        self.transport = FakeTransport()
        self.calls = self.transport.calls
        self.files = self.transport.files

    def get(self, path: str, **answer: Any) -> Stub:
        """Define the answer to GET; see `on`."""
        return self.on("GET", path, **answer)

    def post(self, path: str, **answer: Any) -> Stub:
        """Define the answer to POST; see `on`."""
        return self.on("POST", path, **answer)

    def put(self, path: str, **answer: Any) -> Stub:
        """Define the answer to PUT; see `on`."""
        return self.on("PUT", path, **answer)

    def patch(self, path: str, **answer: Any) -> Stub:
        """Define the answer to PATCH; see `on`."""
        return self.on("PATCH", path, **answer)

    def delete(self, path: str, **answer: Any) -> Stub:
        """Define the answer to DELETE; see `on`."""
        return self.on("DELETE", path, **answer)

    def on(
        self,
        method: str,
        path: str,
        *,
        answer: JSON | Callable[[ApiCall], JSON] = None,
        status: int = 200,
        error: type[PlatformUnreachable] | None = None,
    ) -> Stub:
        """Define the answer to a call from now on.

        Args:
            method: The HTTP method.
            path: The path, without the query.
            answer: The JSON, a value of a model, or a function that creates it from the call.
            status: The HTTP status. With the status of an error, `answer` is the platform's error body:
                `{"code": "USER_NOT_FOUND"}`.
            error: The error that the call raises: `PlatformTimeout` or `PlatformUnreachable`.

        Returns:
            The answer, which records the calls that received it.
        """
        stub = Stub(method, path, answer, status, error)
        self.transport.stubs.insert(0, stub)
        return stub

    def search(self, path: str, entities: Sequence[Any]) -> Stub:
        """Define the entities that a search returns, in pages. The filter is ignored: the test may check it."""

        def page(call: ApiCall) -> JSON:
            request = call.search_request
            limit, number = request.get("limit", 100), request.get("page", 0)
            page_info = {"totalResults": len(entities), "page": number, "limit": limit}
            return {"data": list(entities[number * limit : (number + 1) * limit]), "metadata": {"page": page_info}}

        return self.get(path, answer=page)

    def upload(self) -> Stub:
        """Accept uploads, also in parts; their content is in `files` afterwards.

        Returns:
            The answer to uploads that are not in parts.
        """
        names: dict[str, JSON] = {}

        def create(call: ApiCall) -> JSON:
            id = str(uuid.uuid4())
            names[id] = {"id": id, "name": call.json["name"], "mimeType": call.json["mimeType"]}
            return {**names[id], "signedUrl": self.transport.signed_url(id)}

        def create_parts(call: ApiCall) -> JSON:
            return self._parts(create(call), 1, call.json["parts"])

        def add_parts(call: ApiCall) -> JSON:
            file = names[call.path.rpartition("/")[2]]
            return self._parts(file, call.json["fromPart"], call.json["toPart"])

        def complete(call: ApiCall) -> JSON:
            file = names[call.path.split("/")[-2]]
            self.transport.join_parts(file["id"])
            return {**file, "signedUrl": self.transport.signed_url(file["id"])}

        def cancel(call: ApiCall) -> None:
            self.transport.parts.pop(call.path.split("/")[-2], None)

        self.post(f"{_FILES}/upload/parts", answer=create_parts)
        self.post(f"{_FILES}/upload/parts/{{id}}", answer=add_parts)
        self.post(f"{_FILES}/upload/parts/{{id}}/complete", answer=complete)
        self.delete(f"{_FILES}/upload/parts/{{id}}/cancel", answer=cancel)
        return self.post(f"{_FILES}/upload", answer=create)

    def download(self, id: str, content: bytes, *, name: str = "file", mime_type: str = "text/plain") -> Stub:
        """Define a file to download."""
        self.files[id] = content
        file = {"id": id, "name": name, "mimeType": mime_type, "signedUrl": self.transport.signed_url(id)}
        return self.get(f"{_FILES}/{id}/download", answer=file)

    def _parts(self, file: dict[str, Any], first: int, last: int) -> JSON:
        urls = [
            {"partNumber": number, "signedUrl": self.transport.signed_url(file["id"], number), "expirationTime": _NEVER}
            for number in range(first, last + 1)
        ]
        return {**file, "parts": last, "signedUrls": urls}

    def check(self) -> None:
        """Raise AssertionError if there was a call without an answer; `Client` calls this after each event."""
        if unanswered := self.transport.unanswered():
            raise AssertionError("\n".join(unanswered))
