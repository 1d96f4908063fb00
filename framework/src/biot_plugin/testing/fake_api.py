"""The platform's API as tests of plugins want it: it answers what it was told to, and nothing else."""

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


class FakeApi:
    """Stands in for the platform behind `event.biot`.

        def test_the_patient_is_told(biot_client: Client, biot_api: FakeApi) -> None:
            told = biot_api.patch("/organization/v1/users/patients/{id}")
            biot_client.notification("usage-session", "_update", entity=SESSION)
            assert told.calls[0].json == {"lastSessionState": "DONE"}

    A call that it has no answer for fails the test, and says what was called. Of several answers that fit, the last one
    given wins. `{id}` in a path stands for any value.

    Attributes:
        calls: Every call, in order.
        files: The content of files by id, those that were given and those that the plugin stored.
        transport: What the plugin calls: `plugin.platform.use(api.transport)`; `Client` does it.
    """

    def __init__(self) -> None:
        self.transport = FakeTransport()
        self.calls = self.transport.calls
        self.files = self.transport.files

    def get(self, path: str, **answer: Any) -> Stub:
        """Answers GET; see `on`."""
        return self.on("GET", path, **answer)

    def post(self, path: str, **answer: Any) -> Stub:
        """Answers POST; see `on`."""
        return self.on("POST", path, **answer)

    def put(self, path: str, **answer: Any) -> Stub:
        """Answers PUT; see `on`."""
        return self.on("PUT", path, **answer)

    def patch(self, path: str, **answer: Any) -> Stub:
        """Answers PATCH; see `on`."""
        return self.on("PATCH", path, **answer)

    def delete(self, path: str, **answer: Any) -> Stub:
        """Answers DELETE; see `on`."""
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
        """Answers a call from now on.

        Args:
            method: The HTTP method.
            path: The path, without the query.
            answer: The JSON, or a function that makes it of the call.
            status: The HTTP status. With one of an error, `answer` is the platform's error body:
                `{"code": "USER_NOT_FOUND"}`.
            error: What the handler gets in place of an answer: `PlatformTimeout` or `PlatformUnreachable`.

        Returns:
            What tells the calls that were made of it.
        """
        stub = Stub(method, path, answer, status, error)
        self.transport.stubs.insert(0, stub)
        return stub

    def search(self, path: str, entities: Sequence[dict[str, Any]]) -> Stub:
        """Answers a search with these entities, in the pages that are asked for. The filter is the test's to check."""

        def page(call: ApiCall) -> JSON:
            request = call.search_request
            limit, number = request.get("limit", 100), request.get("page", 0)
            shown = {"totalResults": len(entities), "page": number, "limit": limit}
            return {"data": list(entities[number * limit : (number + 1) * limit]), "metadata": {"page": shown}}

        return self.get(path, answer=page)

    def upload(self) -> Stub:
        """Takes files; their content is in `files` afterwards."""

        def made(call: ApiCall) -> JSON:
            id = str(uuid.uuid4())
            return {**call.json, "id": id, "signedUrl": self.transport.signed_url(id)}

        return self.post(f"{_FILES}/upload", answer=made)

    def download(self, id: str, content: bytes, *, name: str = "file", mime_type: str = "text/plain") -> Stub:
        """Has a file."""
        self.files[id] = content
        found = {"id": id, "name": name, "mimeType": mime_type, "signedUrl": self.transport.signed_url(id)}
        return self.get(f"{_FILES}/{id}/download", answer=found)

    def check(self) -> None:
        """Raises AssertionError where something was called that it has no answer for; `Client` calls it each time."""
        if unanswered := self.transport.unanswered():
            raise AssertionError("\n".join(unanswered))
