from __future__ import annotations

from typing import Any

import pytest

from biot_plugin import UnexpectedAnswer
from biot_plugin.api_client.files.signed_requests import get_request
from biot_plugin.http.messages import Request

API = Request("GET", "https://api.example.com/file/v1/files/1/download", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.example.com/a?X-Amz-Signature=s",
        "http://127.0.0.1.example.com/a",
        "http://127.example.com/a",
        "http://localhost.example.com/a",
        "http://[::2]/a",
        "http://10.0.0.1/a",
        "http://user@localhost@storage.example.com/",
        "ftp://127.0.0.1/a",
        "//storage.example.com/a",
    ],
)
def test_nothing_goes_to_where_it_is_not_encrypted(url: str) -> None:
    with pytest.raises(UnexpectedAnswer) as refused:
        get_request(API, url)
    assert "signature" not in str(refused.value).lower()


@pytest.mark.parametrize(
    "url",
    [
        "https://storage.example.com/a",
        "http://127.0.0.1:8787/a",
        "http://127.8.9.1/a",
        "http://localhost/a",
        "http://[::1]:1/a",
    ],
)
def test_another_host_is_sent_no_header_of_the_platform(url: str) -> None:
    token: dict[str, Any] = {"authorization": "Bearer t", "traceparent": "00-a-b-01"}
    assert get_request(API._replace(headers=token), url).headers.keys() == {"accept", "user-agent"}


def test_a_platform_that_is_not_encrypted_is_its_own_storage() -> None:
    api = API._replace(url="http://emulator:8787/file/v1/files/1/download")
    assert get_request(api, "http://emulator:8787/_file/1").url == "http://emulator:8787/_file/1"
    with pytest.raises(UnexpectedAnswer):
        get_request(api, "http://emulator:8788/_file/1")
