from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, strategies as st

from biot_plugin_cli.registry.errors import InvalidReference
from biot_plugin_cli.registry.reference import ImageReference, require_host, require_repository, require_tag

DIGEST = f"sha256:{'ab' * 32}"


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag", "digest"),
    [
        ("python", "docker.io", "library/python", None, None),
        ("python:3.13-slim", "docker.io", "library/python", "3.13-slim", None),
        ("someone/python", "docker.io", "someone/python", None, None),
        ("index.docker.io/python", "docker.io", "library/python", None, None),
        ("public.ecr.aws/lambda/python:3.13", "public.ecr.aws", "lambda/python", "3.13", None),
        ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000", "a/b", "c", None),
        ("localhost/a", "localhost", "a", None, None),
        ("[::1]:5000/a", "[::1]:5000", "a", None, None),
        (f"host:1/a@{DIGEST}", "host:1", "a", None, DIGEST),
        (f"host.example/a:t@{DIGEST}", "host.example", "a", "t", DIGEST),
        ("A/b", "A", "b", None, None),
        ("h.x/a__b/c-d--e.f_g", "h.x", "a__b/c-d--e.f_g", None, None),
    ],
)
def test_a_reference_is_parsed_as_docker_does(
    text: str, host: str, repository: str, tag: str | None, digest: str | None
) -> None:
    assert ImageReference.parse(text) == ImageReference(host, repository, tag, digest)


def test_the_digest_names_an_image_before_the_tag_does() -> None:
    both = ImageReference.parse(f"h.x/a:t@{DIGEST}")
    assert (both.identifier, both.is_pinned) == (DIGEST, True)
    assert (ImageReference.parse("h.x/a:t").identifier, ImageReference.parse("h.x/a").identifier) == ("t", "latest")
    assert not ImageReference.parse("h.x/a:t").is_pinned


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "h.x/",
        "h.x/a:",
        "h.x/a@",
        "h.x/A",
        "h.x/../a",
        "h.x/a/../b",
        "h.x/a//b",
        "h.x/a.",
        "h.x/a___b",
        "h.x/a..b",
        "h.x/a:t/b",
        "h.x/a:.t",
        f"h.x/a:{'t' * 129}",
        "h.x/a@sha256:abc",
        "h.x/a@md5:d41d8cd98f00b204e9800998ecf8427e",
        f"h.x/a@{DIGEST.upper()}",
        f"h.x/a@{DIGEST}/..",
        "https://h.x/a",
        "user:password@h.x/a",
        "h.x:99999/a",
        "h.x:0/a",
        "h_x.y/a",
        "-h.x/a",
        "h.x/a b",
        "h.x/a\n",
        "h.x/a?x",
        "h.x/a#x",
        "h.x/a%2e",
        "h.x\\y/a",
        f"h.x/{'a' * 256}",
        f"{'h' * 300}.x/a",
        "h.x/\x1b[31m",
    ],
)
def test_what_is_no_reference_is_refused_in_one_printable_sentence(text: str) -> None:
    with pytest.raises(InvalidReference) as error:
        ImageReference.parse(text)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


@given(st.text(max_size=80) | st.from_regex(r"[a-zA-Z0-9.:/@_\[\]?#%&-]{1,60}", fullmatch=True))
@example("a.b/c:d@sha256:" + "0" * 64)
@example("\u0130.x/a")
def test_whatever_is_parsed_can_be_a_part_of_a_url(text: str) -> None:
    try:
        reference = ImageReference.parse(text)
    except InvalidReference:
        return
    url = f"https://{reference.host}/v2/{reference.repository}/manifests/{reference.identifier}"
    parts = urlsplit(url)
    assert (parts.netloc, parts.query, parts.fragment, parts.username) == (reference.host, "", "", None)
    assert parts.path == f"/v2/{reference.repository}/manifests/{reference.identifier}"
    assert not {".", "..", ""} & set(reference.repository.split("/"))
    assert url.isascii()
    assert ImageReference.parse(str(reference)) == reference


@given(st.from_regex(re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+)*", re.A), fullmatch=True))
def test_every_name_of_the_specification_is_one(name: str) -> None:
    if len(name) <= 255:
        assert require_repository(name) == name


@given(st.from_regex(re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", re.A), fullmatch=True))
def test_every_tag_of_the_specification_is_one(tag: str) -> None:
    assert require_tag(tag) == tag


@pytest.mark.parametrize("host", ["h", "h:5000", "10.0.0.1", "[::1]", "xn--bcher-kva.example:443"])
def test_a_host_may_have_a_port(host: str) -> None:
    assert require_host(host) == host


@pytest.mark.parametrize("host", ["", "h/", "h:", "h:x", "h:123456", "h:65536", "a@h", "bücher.example", "h..x"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidReference, match="no host of a registry"):
        require_host(host)
