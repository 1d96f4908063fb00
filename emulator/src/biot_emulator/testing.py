"""A running emulator for tests: deploy plugins, call as any user, and look at the invocations afterwards."""

from __future__ import annotations

import io
import secrets
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.client import CallRefused, Client, Reply
from biot_emulator.errors import EmulatorError
from biot_emulator.platform import Platform
from biot_emulator.registry.credentials import USER
from biot_emulator.registry.small_images import put_image
from biot_emulator.wire_json import encode

__all__ = ["Emulator", "RegistryElsewhere", "RegistryLogin", "running", "zipped"]

_ADMIN = "admin@localhost"
_PLUGINS = "/settings/v2/plugins"
_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_EXCLUDED = frozenset({"__pycache__", ".git", ".venv"})


class RegistryElsewhere(EmulatorError):
    """The emulator has no registry of its own."""


class RegistryLogin(NamedTuple):
    """What a client needs to push images to the emulator's registry.

    Attributes:
        repository: The repository, as `HOST:PORT/plugins`; it is served without TLS.
        user: The user name.
        password: The password, which is valid for twelve hours.
    """

    repository: str
    user: str
    password: str


class Emulator(Client):
    """A client that calls as the administrator, and has what only the emulator's owner has.

    Args:
        url: The platform's URL.
        token: The administrator's token.
        platform: The platform itself, with its clock and keys.
        credentials: The administrator's user name and password.

    Attributes:
        username: The administrator's user name, for tools that log in by themselves.
        password: The administrator's password.
    """

    def __init__(self, url: str, token: str | None, platform: Platform, credentials: tuple[str, str]) -> None:
        super().__init__(url, token)
        self.platform = platform
        self.username, self.password = credentials

    def as_user(self, username: str, password: str) -> Client:
        """Return a client that calls as another user."""
        return Client(self.url).log_in(username, password)

    def deploy(self, source: Path | bytes, name: str = "demo", **config: Any) -> dict[str, Any]:
        """Deploy a plugin, or a newer version of it; return it as the platform does.

        Args:
            source: Its code: a folder, or a zip file or its content.
            name: Its name, without the prefix.
            **config: More of its configuration, by the platform's names, such as `subscriptions` or `timeout`. A new
                plugin has version 1 and runs on the Python that runs the test, unless said otherwise.

        Raises:
            CallRefused: The platform refused it.
        """
        code = source if isinstance(source, bytes) else zipped(source)
        path = f"{_PLUGINS}/Plugin-{name}"
        current = self.call("GET", path)
        if current.status_code == 404:
            created = {"name": name, "displayName": name, "version": 1, "runtime": _RUNTIME, **config}
            return self._require("POST", _PLUGINS, {"code": code, "config": encode(created)})
        changed = {"version": current.body["version"] + 1, **config}
        return self._require("PATCH", path, {"code": code, "config": encode(changed)})

    def push_image(self, files: Mapping[str, bytes], tag: str = "test", **config: Any) -> str:
        """Put an image of these files into the registry, as `imageTag` of a plugin; return the digest of its manifest.

        Args:
            files: The files of its only layer, by path.
            tag: Its tag.
            **config: What it runs, by the names of the image specification, such as `Cmd`.

        Raises:
            RegistryElsewhere: The emulator uses a registry elsewhere.
        """
        registry = self.platform.images.registry
        if registry is None:
            raise RegistryElsewhere("The emulator has no registry of its own: push to the one that it was started with")
        return str(put_image(registry, tag, [files], config))

    def registry_login(self) -> RegistryLogin:
        """Return what a client needs to push images to the emulator's own registry."""
        address = self._require("GET", f"{_PLUGINS}/docker-repository/temp-credentials")["repositoryUri"]
        return RegistryLogin(address, USER, self.platform.images.credentials.new_password()[0])

    def invocations(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return what plugins received and returned, the oldest first; of one plugin, if it is named."""
        query = f"?limit=1000{f'&plugin=Plugin-{name}' if name else ''}"
        records: list[dict[str, Any]] = self._require("GET", f"/_emulator/invocations{query}")["data"]
        return records[::-1]

    def fire_schedule(self, name: str = "demo") -> dict[str, Any]:
        """Invoke a plugin as if its schedule were due; return the record of the invocation."""
        return self._require("POST", f"/_emulator/plugins/Plugin-{name}/schedule")

    def invoke(self, event: Any, name: str = "demo", *, exact: bool = False) -> dict[str, Any]:
        """Invoke a plugin with an event; return the record of the invocation.

        Args:
            event: Any JSON value. Of one with `headers`, `SIGN_ME` becomes a token, and an object as `body` its text,
                as in `prepare_event`; everything else is sent as it is.
            name: The plugin's name, without the prefix.
            exact: Whether to send also an event with `headers` as it is.

        Raises:
            CallRefused: There is no such plugin.
        """
        path = f"/_emulator/plugins/Plugin-{name}/invoke{'?exact=true' if exact else ''}"
        return self._require("POST", path, content=encode(event))

    def wait_for_notifications(self, seconds: int = 30) -> bool:
        """Wait until every notification has been sent; return whether it has, in that time."""
        return bool(self._require("POST", "/_emulator/notifications/wait", json={"seconds": seconds})["done"])

    def outbox(self, kind: str | None = None, to: str | None = None) -> list[dict[str, Any]]:
        """Return the messages that the platform would have sent, the oldest first.

        Args:
            kind: Only those of this kind: `EMAIL` or `SMS`.
            to: Only those to this mail address or phone number.
        """
        filters = {name: value for name, value in (("kind", kind), ("to", to)) if value is not None}
        query = urlencode({"limit": 1000, **filters})
        messages: list[dict[str, Any]] = self._require("GET", f"/_emulator/outbox?{query}")["data"]
        return messages[::-1]

    def attachment(self, key: str) -> bytes:
        """Return the content of an attachment, by the key that a mail in the outbox has of it.

        Raises:
            CallRefused: There is none, or none any more.
        """
        path = f"/_emulator/outbox/attachments/{quote(key, safe='')}"
        reply = self.call("GET", path)
        if reply.status_code >= 400:
            raise CallRefused(f"GET {path}", reply)
        return reply.content

    def _require(
        self,
        method: str,
        path: str,
        form: Mapping[str, bytes] | None = None,
        *,
        json: Any = None,
        content: bytes | None = None,
    ) -> dict[str, Any]:
        reply: Reply = self.call(method, path, form=form, json=json, content=content)
        if not isinstance(reply.body, dict) or reply.status_code >= 400:
            raise CallRefused(f"{method} {path.partition('?')[0]}", reply)
        return reply.body


def zipped(source: Path) -> bytes:
    """Return the content of a zip file, or zip a folder: the same bytes for the same files."""
    if source.is_file():
        return source.read_bytes()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            name = file.relative_to(source)
            if _EXCLUDED.isdisjoint(name.parts):
                archive.writestr(_entry(file, name), file.read_bytes())
    return content.getvalue()


def _entry(file: Path, name: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name.as_posix(), _FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = file.stat().st_mode << 16
    return entry


@contextmanager
def running(
    *, ca_file: Path | None = None, registry: str | None = None, behaviour: PlatformBehaviour | None = None
) -> Iterator[Emulator]:
    """Run an emulator with its state in memory.

    Args:
        ca_file: Certificates of authorities to trust beside those of the system, for plugins that run elsewhere.
        registry: The URL of the registry with the images of plugins, as `https://[USER:PASSWORD@]HOST[:PORT]/REPOSITORY`;
            None for the emulator's own.
        behaviour: What the platform does where nobody publishes it; None for what this project infers.

    Raises:
        RegistryAddressInvalid: That is no such URL.
        CertificatesInvalid: The file has none, or cannot be read.
    """
    from biot_emulator.build import build_platform
    from biot_emulator.http.certificates import trust
    from biot_emulator.registry.outside.address import RegistryAddress
    from biot_emulator.server.background_thread import Server
    from biot_emulator.state.store import Store

    password = secrets.token_urlsafe(12)
    certificates = trust(ca_file) if ca_file else None
    outside = RegistryAddress.parse(registry) if registry else None
    platform = build_platform(
        Store(), admin=(_ADMIN, password), behaviour=behaviour, certificates=certificates, outside_registry=outside
    )
    with Server(platform) as server:
        token = Client(server.url).log_in(_ADMIN, password).token
        yield Emulator(server.url, token, server.platform, (_ADMIN, password))
