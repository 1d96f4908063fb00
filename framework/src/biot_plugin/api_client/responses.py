"""Converts the platform's responses to JSON, or to errors."""

from __future__ import annotations

from typing import Any

from biot_plugin.http.messages import Request, Response
from biot_plugin.platform_errors import UnexpectedAnswer, api_error
from biot_plugin.wire import strict_json


def parse_json(request: Request, response: Response) -> Any:
    """Return the response's JSON; None where it is empty.

    Raises:
        ApiError: The status is an error.
        UnexpectedAnswer: The response is not one that the platform sends.
    """
    if response.status >= 400:
        raise api_error(request.call, response.status, _json_or_none(response.content), request.trace_id)
    require_success(request, response)
    if not response.content:
        return None
    try:
        return strict_json.loads(response.content)
    except ValueError:
        content_type = response.headers.get("content-type", "no content type").partition(";")[0]
        raise _unexpected(request, response, f"{content_type} that is not JSON") from None


def require_success(request: Request, response: Response) -> None:
    """Check that a response that is not an error has a status of success.

    Raises:
        UnexpectedAnswer: The status is another one, such as a redirect.
    """
    if not 200 <= response.status < 300:
        raise _unexpected(request, response, "which is not a success")


def parse_object(request: Request, response: Response, *names: str) -> dict[str, Any]:
    """Return the response's JSON object, which must have text members of these names.

    Raises:
        ApiError: The status is an error.
        UnexpectedAnswer: The response is not such an object.
    """
    body = parse_json(request, response)
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise _unexpected(request, response, f"without {', '.join(names)}")
    return body


def parse_page(request: Request, response: Response) -> dict[str, Any]:
    """Return the page of a search (contract section 5.6).

    Raises:
        ApiError: The status is an error.
        UnexpectedAnswer: The response is not a page. To treat it as an empty one would hide entities.
    """
    body = parse_json(request, response)
    if not isinstance(body, dict) or not _are_objects(body.get("data")):
        raise _unexpected(request, response, "without a list of data")
    return body


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _json_or_none(content: bytes) -> Any:
    try:
        return strict_json.loads(content)
    except ValueError:
        return None


def _unexpected(request: Request, response: Response, description: str) -> UnexpectedAnswer:
    reason = f"answered {response.status}, {description}"
    return UnexpectedAnswer(request.call, reason, status=response.status, trace_id=request.trace_id)
