"""What is recorded of a request: without what is secret beside its body, and without what is too large."""

from __future__ import annotations

from functools import lru_cache

from biot_emulator.api.call import Call
from biot_emulator.invocations.received_events import MAX_BODY
from biot_emulator.security.random_text import looks_random
from biot_emulator.security.secret_values import is_secret_name
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.timelines.masking import bare_headers, bare_query
from biot_emulator.timelines.recorded_calls import HIDDEN, Sent

__all__ = ["bounded", "form_parts", "with_path", "withheld", "without_secrets"]

#: The segments of a plugin's address, of which the first is empty.
_PUBLIC = 3


def without_secrets(sent: Sent) -> Sent:
    """Leave out what is secret beside the body: an API may have a token in its path or query."""
    path, query = sent.path, sent.query
    hidden: tuple[str, ...] = ()
    if (shown := _shown_path(path)) != path:
        path, hidden = shown, ("path",)
    if query and (shown := bare_query(query)) != query:
        query, hidden = shown, (*hidden, "query")
    return Sent(sent.method, path, query, bare_headers(sent.headers), sent.content, sent.parts, sent.withheld, hidden)


@lru_cache(maxsize=4096)
def _shown_path(path: str) -> str:
    segments = path.split("/")
    # The address of a plugin is public, however random it looks.
    public = _PUBLIC if path.startswith(ADDRESS_PATH) else 0
    return "/".join(
        HIDDEN if index >= public and looks_random(segment) else segment for index, segment in enumerate(segments)
    )


def with_path(sent: Sent, call: Call) -> Sent:
    """Leave out of the path what its API calls a secret, and nothing else: an id may look like one."""
    secret = {call.variables[name] for name in call.variables if is_secret_name(name)}
    if not secret and "path" not in sent.hidden:
        return sent
    hidden = tuple(part for part in sent.hidden if part != "path")
    path = "/".join(HIDDEN if segment in secret else segment for segment in call.path.split("/"))
    return sent._replace(path=path, hidden=(*hidden, "path") if secret else hidden)


def bounded(sent: Sent) -> Sent:
    """Leave out a body that is a form, or too large."""
    if sent.parts:
        return sent._replace(content=b"", withheld="The body was a form, which is not recorded: send it anew")
    reason = withheld(sent.content)
    return sent._replace(content=b"", withheld=reason) if reason else sent


def withheld(content: bytes) -> str | None:
    """Return why a body is too large to be recorded; None where it is not."""
    if len(content) <= MAX_BODY:
        return None
    return f"The body had {len(content)} bytes, and no more than {MAX_BODY} are recorded"


def form_parts(call: Call) -> tuple[tuple[str, str | None, int], ...]:
    """Return name, file name and size of each part of a form."""
    return tuple((name, part.filename, len(part.content)) for name, part in call.form.items()) if call.form else ()
