from __future__ import annotations

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.services.files.contents import MEBIBYTE, PARTS, in_parts, send, stored, url_of

FIRST, LAST = b"a" * (5 * MEBIBYTE), b"b" * 10


def test_parts_of_a_file_that_was_sent_in_parts(emulator: Emulator) -> None:
    id, parts = in_parts(emulator, FIRST, LAST)
    emulator.call("POST", f"{PARTS}/{id}/complete", json={"parts": parts})
    url, size = url_of(emulator, id), len(FIRST) + len(LAST)
    for range, content in (
        ("bytes=0-1", b"aa"),
        (f"bytes={len(FIRST) - 2}-{len(FIRST) + 1}", b"aabb"),
        ("bytes=-3", b"bbb"),
        (f"bytes={size - 1}-", b"b"),
    ):
        found = send("GET", url, range=range)
        assert (found.status, found.content) == (206, content)
        assert found.headers["content-range"].endswith(f"/{size}")
    whole = send("GET", url)
    assert (whole.status, whole.content) == (200, FIRST + LAST)
    outside = send("GET", url, range=f"bytes={size}-")
    assert (outside.status, outside.headers["content-range"]) == (416, f"bytes */{size}")


def test_a_range_of_another_content_is_all_of_this_one(emulator: Emulator) -> None:
    url = url_of(emulator, stored(emulator, b"content"))
    etag = send("GET", url).headers["etag"]
    assert send("GET", url, range="bytes=0-0", if_range=etag).content == b"c"
    assert send("GET", url, range="bytes=0-0", if_range='"other"').content == b"content"


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [
        ("a.csv", "a.csv", "a.csv"),
        ('"; x="\r\ny: z', "__ x=___y_ z".replace("=", "_"), "%22%3B%20x%3D%22%0D%0Ay%3A%20z"),
        ("é日.csv", "__.csv", "%C3%A9%E6%97%A5.csv"),
    ],
)
def test_a_name_is_nothing_but_a_name(emulator: Emulator, name: str, plain: str, encoded: str) -> None:
    found = send("GET", url_of(emulator, stored(emulator, name=name)))
    assert found.headers["content-disposition"] == f"inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    assert "y" not in found.headers


def test_a_page_runs_nothing(emulator: Emulator) -> None:
    page = send("GET", url_of(emulator, stored(emulator, b"<script>", mimeType="text/html")))
    assert (page.headers["content-security-policy"], page.headers["x-content-type-options"]) == ("sandbox", "nosniff")


def test_a_body_with_a_download_is_not_waited_for(emulator: Emulator) -> None:
    assert send("GET", url_of(emulator, stored(emulator, b"content")), b"x" * 1000).content == b"content"


def test_a_content_that_goes_while_it_is_sent_ends_the_connection(emulator: Emulator) -> None:
    id, parts = in_parts(emulator, FIRST, LAST)
    emulator.call("POST", f"{PARTS}/{id}/complete", json={"parts": parts})
    url = url_of(emulator, id)
    [second] = (emulator.platform.files._folders.root / id).glob("2.*")
    second.unlink()
    import http.client

    with pytest.raises(http.client.IncompleteRead):
        send("GET", url)
