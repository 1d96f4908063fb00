"""Hands Lambda's events to a WSGI application: a short way, as functions-framework has none.

The text of this module is part of the plugin that is packaged with functions-framework.
"""

from __future__ import annotations

import io
import sys
from typing import Any


def respond(app: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Have an application handle an event; return the reply."""
    body = event["body"].encode()
    started: list[str] = []
    environment = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in event["headers"].items()}
    environment |= {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    content = b"".join(app(environment, lambda status, _headers, _error=None: started.append(status)))
    return {"statusCode": int(started[0].split()[0]), "body": content.decode()}
