"""An AWS account that moto keeps in this process, where a request takes a millisecond, and can get no answer."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.loaders import Loader

__all__ = ["MemoryAccount", "MemoryConnection", "stand_in"]

_READING = ("Get", "List", "Describe")


@dataclass
class MemoryConnection:
    """The connection of a program to an account in this process; it breaks for good after some requests.

    Attributes:
        passed: The operations of the requests that arrived.
        limit: How many requests arrive; None for all of them.
        answers_last: Whether the last one that arrives is answered still.
        watch: Runs before each request that arrives.
    """

    passed: list[str] = field(default_factory=list)
    limit: int | None = None
    answers_last: bool = False
    watch: Callable[[str], object] = bool

    def __call__(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Answer a request that boto3 is about to send, or break as its connections do."""
        from botocore.exceptions import ConnectionClosedError

        if self.limit is not None and len(self.passed) >= self.limit:
            raise ConnectionClosedError(endpoint_url=request.url)
        operation = event_name.rpartition(".")[2]
        self.passed.append(operation)
        self.watch(operation)
        answer = _answer(event_name, request)
        if self.limit is not None and len(self.passed) >= self.limit and not self.answers_last:
            raise ConnectionClosedError(endpoint_url=request.url)
        return answer

    @property
    def changes(self) -> list[str]:
        """The operations that arrived and change something."""
        return [operation for operation in self.passed if not operation.startswith(_READING)]

    def account(self) -> Account:
        """The account at the other end of it, for the program."""
        account = Account(REGION)
        account.__dict__["session"] = _session(self)
        return account


class _StandIn(Account):
    """The account at the other end, for a program that calls no address of it."""

    @property
    def is_stand_in(self) -> bool:
        return True


@cache
def stand_in() -> Account:
    """The account as a program knows it that never loses its connection; its clients are shared."""
    account = _StandIn(REGION)
    account.__dict__["session"] = _session(_answer)
    return account


@dataclass(frozen=True)
class MemoryAccount(MotoAccount):
    """The account, as tests look at it."""

    url: str = "https://aws.amazon.com"

    def client(self, service: str) -> Any:
        if service not in _clients:
            _clients[service] = _session(_answer).client(service)  # type: ignore[call-overload]
        return _clients[service]

    def reset(self) -> None:
        from moto.core.base_backend import BackendDict

        BackendDict.reset()

    def copy(self) -> Any:
        """Copy all that there is; `restore` brings it back, as often as one likes."""
        from moto.core.base_backend import BackendDict

        services = {service.service_name: service for service in BackendDict._instances}  # type: ignore[misc]
        return deepcopy(
            {
                name: {region: backend.__dict__ for region, backend in services[name][ACCOUNT].items()}
                for name in services
            }
        )

    def restore(self, copy: Any) -> None:
        from moto.backends import get_backend

        self.reset()
        for service, regions in deepcopy(copy).items():
            for region, content in regions.items():
                get_backend(service)[ACCOUNT][region].__dict__ = content


_clients: dict[str, Any] = {}


def _session(answer: Any) -> Session:
    import boto3
    from botocore.session import get_session

    plain = get_session()
    plain.register_component("data_loader", _loader())
    # moto knows a service by AWS's own address of it.
    plain.set_config_variable("ignore_configured_endpoint_urls", True)
    session = boto3.Session("test", "test", region_name=REGION, botocore_session=plain)
    session.events.register("before-send", answer)
    return session


@cache
def _loader() -> Loader:
    """What has read the descriptions of the services, which are some megabytes, for all sessions."""
    from botocore.loaders import Loader

    return Loader()


def _answer(event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    from botocore.awsrequest import AWSResponse
    from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

    response = BotocoreStubber().process_request(request)
    assert response is not None
    status, headers, body = response
    return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]
