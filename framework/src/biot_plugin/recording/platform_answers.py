"""What the platform answered the calls of one event, in the form of a file of answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from biot_plugin.platform_errors import PlatformTimeout, PlatformUnreachable
from biot_plugin.recording.encodings import from_json

if TYPE_CHECKING:
    from biot_plugin.http.messages import Request, Response
    from biot_plugin.recording.redaction import Redaction

__all__ = ["Answer", "PlatformAnswers", "answers_of"]


#: What a file of answers has answers to.
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
#: Where an upload begins, whose content goes to another host; and the calls for parts of it, which belong to it.
_UPLOAD, _PARTS = "/file/v1/files/upload", "/file/v1/files/upload/"


class Answer(NamedTuple):
    """A call to the platform, and what came back.

    Attributes:
        method: The HTTP method.
        path: The path.
        query: The query, as it was sent; empty for none.
        reply: The reply as a file of answers has it, but for stand-ins.
    """

    method: str
    path: str
    query: str
    reply: dict[str, Any]


class PlatformAnswers:
    """The answers of one event, in the order of the calls. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: list[Answer | None] = []

    def begin(self) -> int:
        """Take the position of a call that begins."""
        with self._lock:
            self._answers.append(None)
            return len(self._answers) - 1

    def add(self, position: int, request: Request, response: Response) -> None:
        """Add what was answered."""
        reply: dict[str, Any] = {} if response.status == 200 else {"status": response.status}
        content = _content(response.content)
        if content is not None:
            reply["answer"] = content
        self._set(position, request, reply)

    def fail(self, position: int, request: Request, error: BaseException) -> None:
        """Add that there was no answer."""
        if isinstance(error, PlatformTimeout):
            self._set(position, request, {"error": "timeout"})
        elif isinstance(error, PlatformUnreachable):
            self._set(position, request, {"error": "unreachable"})

    def all(self) -> list[Answer]:
        """Return the answers so far."""
        with self._lock:
            return [answer for answer in self._answers if answer is not None]

    def _set(self, position: int, request: Request, reply: dict[str, Any]) -> None:
        parts = urlsplit(request.url)
        with self._lock:
            self._answers[position] = Answer(request.method, parts.path, parts.query, reply)


def answers_of(answers: list[Answer], redaction: Redaction) -> tuple[dict[str, list[Any]], list[str]]:
    """Return the document of the answers with stand-ins, and the calls in their order.

    A query may have constants of the code in it, which the code will not replace when it calls again. So what was
    answered to a query is also answered, in the same order, to one that is not in the document.

    Args:
        answers: What was answered.
        redaction: Replaces what is in it.
    """
    document: dict[str, list[Any]] = {}
    otherwise: dict[str, list[Any]] = {}
    calls: list[str] = []
    for answer in answers:
        if answer.method not in _METHODS or answer.path.startswith(_PARTS):
            continue
        call, reply = f"{answer.method} {redaction.path(answer.path)}", _reply(answer, redaction)
        otherwise.setdefault(call, []).append(reply)
        if answer.query:
            call = f"{call}?{redaction.query(answer.query)}"
        calls.append(call)
        document.setdefault(call, []).append(reply)
    return {**document, **{call: replies for call, replies in otherwise.items() if call not in document}}, calls


def _reply(answer: Answer, redaction: Redaction) -> dict[str, Any]:
    if "answer" not in answer.reply:
        return answer.reply
    if (answer.method, answer.path) == ("POST", _UPLOAD) and answer.reply.get("status", 200) < 300:
        return {"upload": True}
    return {**answer.reply, "answer": redaction.value(answer.reply["answer"], ("answer",))}


def _content(content: bytes) -> Any:
    """Return the JSON of a body, or its text; None where it is empty, or neither."""
    try:
        text = content.decode()
    except ValueError:
        return None
    if not text:
        return None
    try:
        return from_json(text)
    except (ValueError, RecursionError):
        return text
