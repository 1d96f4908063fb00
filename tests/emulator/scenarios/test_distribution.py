"""The push and pull workflow of the distribution specification, at the emulator's registry and at Debian's.

What Debian's does otherwise is listed, and tried too: a newer one that does as specified is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from biot_emulator.testing import running
from tests.emulator.scenarios.distribution import DEBIAN, IMAGE, INDEX, RegistryClient, debian_registry, digest_of

CONTENT = bytes(range(256)) * 40
DIGEST = digest_of(CONTENT)
MISSING = digest_of(b"missing")
DOCKER = "application/vnd.docker.distribution.manifest"

DEBIAN_DIFFERS = {
    "test_a_blob_is_pushed_in_one_request": "begins an upload, and ignores the body",
    "test_a_chunk_after_a_gap_is_refused": "accepts the gap",
    "test_a_chunk_that_was_sent_already_is_refused": "accepts it",
    "test_a_part_that_a_blob_has_not_is_refused": "ends its answer before its length",
    "test_a_blob_is_mounted_from_wherever_it_is": "needs to be told from where",
    "test_a_name_that_is_none_is_refused": "knows no such path",
    "test_an_image_refers_to_one_that_is_not_there_yet": "knows no subjects",
    "test_what_refers_to_an_image_is_listed": "knows no referrers",
    "test_a_tag_is_deleted_alone": "deletes by digest only",
    "test_tags_are_listed_in_pages": "lists tags that it has not in pages of none",
}


@pytest.fixture
def nothing_left_behind() -> None:
    """Debian's registry runs on while this module's tests do."""


@pytest.fixture(scope="module")
def own() -> Iterator[RegistryClient]:
    with running() as emulator:
        login = emulator.registry_login()
        yield RegistryClient(emulator.url, login.user, login.password)


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryClient]:
    if DEBIAN is None:
        pytest.skip("docker-registry is not installed")
    with debian_registry(tmp_path_factory.mktemp("debian")) as url:
        yield RegistryClient(url, name="debian")


@pytest.fixture(params=["own", "debian"])
def client(request: pytest.FixtureRequest) -> RegistryClient:
    test = request.node.originalname
    if request.param == "debian" and test in DEBIAN_DIFFERS:
        request.applymarker(pytest.mark.xfail(reason=f"Debian's {DEBIAN_DIFFERS[test]}", strict=True))
    client: RegistryClient = request.getfixturevalue(request.param)
    return client


@pytest.fixture
def repository(client: RegistryClient) -> str:
    return client.new_repository()


def test_it_says_which_api_it_has(client: RegistryClient) -> None:
    answer = client.call("GET", "/v2/")
    assert (answer.status, answer.headers["docker-distribution-api-version"]) == (200, "registry/2.0")


# Blobs


def test_a_blob_is_pushed_in_one_request(client: RegistryClient, repository: str) -> None:
    answer = client.call("POST", f"/v2/{repository}/blobs/uploads/?digest={DIGEST}", CONTENT)
    assert answer.status == 201
    assert client.call("GET", answer.headers["location"]).content == CONTENT


def test_a_blob_is_pushed_in_two_requests(client: RegistryClient, repository: str) -> None:
    answer = client.finish(client.begin(repository), DIGEST, CONTENT)
    assert (answer.status, answer.headers["docker-content-digest"]) == (201, DIGEST)
    pulled = client.call("GET", answer.headers["location"])
    assert (pulled.status, pulled.content, pulled.headers["content-length"]) == (200, CONTENT, str(len(CONTENT)))


@pytest.mark.parametrize("last", [b"", b"and an end"])
def test_a_blob_is_pushed_in_chunks(client: RegistryClient, repository: str, last: bytes) -> None:
    location, sent = client.begin(repository), b""
    for size in (1, 1000, 17):
        answer = client.chunk(location, len(sent), CONTENT[len(sent) :][:size])
        sent += CONTENT[len(sent) :][:size]
        location = answer.headers["location"]
        assert (answer.status, answer.headers["range"]) == (202, f"0-{len(sent) - 1}")
        status = client.call("GET", location)
        assert (status.status, status.headers["range"]) == (204, f"0-{len(sent) - 1}")
        location = status.headers["location"]
    whole = sent + last
    ends = {"content_range": f"{len(sent)}-{len(whole) - 1}"} if last else {}
    assert client.finish(location, digest_of(whole), last, **ends).status == 201
    assert client.blob(repository, digest_of(whole)).content == whole


def test_a_blob_is_pushed_as_a_stream(client: RegistryClient, repository: str) -> None:
    answer = client.call("PATCH", client.begin(repository), iter([CONTENT[:5000], CONTENT[5000:]]))
    assert answer.status == 202
    assert client.finish(answer.headers["location"], DIGEST).status == 201
    assert client.blob(repository, DIGEST).content == CONTENT


def test_a_chunk_that_was_sent_already_is_refused(client: RegistryClient, repository: str) -> None:
    location = client.begin(repository)
    location = client.chunk(location, 0, CONTENT[:100]).headers["location"]
    assert client.chunk(location, 0, CONTENT[:100]).status == 416
    location = client.call("GET", location).headers["location"]
    answer = client.chunk(location, 100, CONTENT[100:])
    assert answer.status == 202
    assert client.finish(answer.headers["location"], DIGEST).status == 201


def test_a_chunk_after_a_gap_is_refused(client: RegistryClient, repository: str) -> None:
    location = client.chunk(client.begin(repository), 0, CONTENT[:100]).headers["location"]
    answer = client.chunk(location, 101, CONTENT[101:])
    assert answer.status == 416
    assert answer.headers["range"] == "0-99"
    rest = client.chunk(answer.headers["location"], 100, CONTENT[100:])
    assert client.finish(rest.headers["location"], DIGEST).status == 201


def test_an_upload_is_cancelled(client: RegistryClient, repository: str) -> None:
    location = client.chunk(client.begin(repository), 0, CONTENT).headers["location"]
    assert client.call("DELETE", location).status == 204
    assert client.call("GET", location).refusal == (404, "BLOB_UPLOAD_UNKNOWN")
    assert client.chunk(location, len(CONTENT), CONTENT).status == 404
    assert client.blob(repository, DIGEST).refusal == (404, "BLOB_UNKNOWN")


def test_a_blob_with_another_digest_is_refused(client: RegistryClient, repository: str) -> None:
    assert client.finish(client.begin(repository), DIGEST, CONTENT[1:]).refusal == (400, "DIGEST_INVALID")
    assert client.blob(repository, DIGEST, "HEAD").status == 404
    assert client.blob(repository, digest_of(CONTENT[1:]), "HEAD").status == 404


@pytest.mark.parametrize("digest", ["sha256:1", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:../../etc/passwd", ""])
def test_a_digest_that_is_none_is_refused(client: RegistryClient, repository: str, digest: str) -> None:
    assert client.finish(client.begin(repository), digest, CONTENT).refusal == (400, "DIGEST_INVALID")


def test_an_empty_blob_is_one(client: RegistryClient, repository: str) -> None:
    digest = client.push_blob(repository, b"")
    answer = client.blob(repository, digest)
    assert (answer.status, answer.content) == (200, b"")


def test_a_blob_may_have_a_longer_digest(client: RegistryClient, repository: str) -> None:
    digest = client.push_blob(repository, CONTENT, "sha512")
    assert client.blob(repository, digest).content == CONTENT


def test_a_blob_is_looked_for(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    answer = client.blob(repository, DIGEST, "HEAD")
    assert (answer.status, answer.headers["content-length"], answer.content) == (200, str(len(CONTENT)), b"")
    assert client.blob(repository, MISSING, "HEAD").status == 404
    assert client.blob(repository, MISSING).refusal == (404, "BLOB_UNKNOWN")
    assert client.blob(client.new_repository(), DIGEST, "HEAD").status == 404


def test_a_part_of_a_blob_is_pulled(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    size = len(CONTENT)
    for asked, start, end in (("0-9", 0, 10), ("100-", 100, size), (f"5-{2 * size}", 5, size), ("-7", size - 7, size)):
        answer = client.blob(repository, DIGEST, range=f"bytes={asked}")
        assert (answer.status, answer.content) == (206, CONTENT[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"


def test_a_part_that_a_blob_has_not_is_refused(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    assert client.blob(repository, DIGEST, range=f"bytes={len(CONTENT)}-").status == 416


def test_a_blob_is_mounted_from_another_repository(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    other = client.new_repository()
    answer = client.call("POST", f"/v2/{other}/blobs/uploads/?mount={DIGEST}&from={repository}")
    assert (answer.status, answer.headers["docker-content-digest"]) == (201, DIGEST)
    assert client.blob(other, DIGEST).content == CONTENT


def test_a_blob_is_mounted_from_wherever_it_is(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    assert client.call("POST", f"/v2/{client.new_repository()}/blobs/uploads/?mount={DIGEST}").status == 201


def test_what_cannot_be_mounted_is_pushed(client: RegistryClient, repository: str) -> None:
    path = f"/v2/{repository}/blobs/uploads/?mount={MISSING}&from={client.new_repository()}"
    answer = client.call("POST", path)
    assert answer.status == 202
    assert client.finish(answer.headers["location"], DIGEST, CONTENT).status == 201


def test_a_blob_is_deleted(client: RegistryClient, repository: str) -> None:
    client.push_blob(repository, CONTENT)
    assert client.blob(repository, DIGEST, "DELETE").status == 202
    assert client.blob(repository, DIGEST, "HEAD").status == 404
    assert client.blob(repository, MISSING, "DELETE").status == 404


# Manifests


def test_a_manifest_is_the_same_bytes_by_tag_and_by_digest(client: RegistryClient, repository: str) -> None:
    image = client.image(repository, CONTENT, b"more", annotations={"é": "ü"}, **{"vendor.field": [1, {"x": None}]})
    content = json.dumps(image, indent=3, ensure_ascii=False).encode()
    digest = digest_of(content)
    answer = client.put_manifest(repository, "v1", content)
    assert (answer.status, answer.headers["docker-content-digest"]) == (201, digest)
    for reference in ("v1", digest):
        pulled = client.manifest(repository, reference)
        assert (pulled.status, pulled.content, pulled.headers["content-type"]) == (200, content, IMAGE)
        head = client.manifest(repository, reference, "HEAD")
        assert (head.status, head.headers["content-length"], head.content) == (200, str(len(content)), b"")
        assert head.headers["docker-content-digest"] == digest


def test_a_manifest_is_pushed_by_digest(client: RegistryClient, repository: str) -> None:
    content = json.dumps(client.image(repository, CONTENT)).encode()
    assert client.put_manifest(repository, digest_of(content), content).status == 201
    assert client.manifest(repository, digest_of(content)).content == content
    assert client.put_manifest(repository, MISSING, content).refusal == (400, "DIGEST_INVALID")


def test_a_tag_moves(client: RegistryClient, repository: str) -> None:
    first, second = (client.image(repository, layer) for layer in (b"first", b"second"))
    for image in (first, second):
        assert client.put_manifest(repository, "latest", image).status == 201
    assert client.manifest(repository, "latest").json == second
    assert client.manifest(repository, digest_of(json.dumps(first).encode())).json == first


def test_an_image_needs_no_layers(client: RegistryClient, repository: str) -> None:
    image = client.image(repository)
    assert client.put_manifest(repository, "empty", image).status == 201
    assert client.manifest(repository, "empty").json == image


@pytest.mark.parametrize("reference", ["none", MISSING])
def test_a_manifest_that_is_not_there_is_not_found(client: RegistryClient, repository: str, reference: str) -> None:
    client.push_blob(repository, CONTENT)
    assert client.put_manifest(repository, "one", client.image(repository)).status == 201
    assert client.manifest(repository, reference).refusal == (404, "MANIFEST_UNKNOWN")
    assert client.manifest(repository, reference, "HEAD").status == 404


@pytest.mark.parametrize("part", ["config", "layers"])
def test_an_image_whose_blobs_are_not_there_is_refused(client: RegistryClient, repository: str, part: str) -> None:
    image = client.image(repository, CONTENT)
    missing = {"mediaType": "application/x", "digest": MISSING, "size": 7}
    image[part] = missing if part == "config" else [*image["layers"], missing]
    assert client.put_manifest(repository, "v1", image).status in (400, 404)
    assert "MANIFEST_BLOB_UNKNOWN" in client.put_manifest(repository, "v1", image).content.decode()
    assert client.manifest(repository, "v1").status == 404


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schemaVersion": 2}', b"\xff"])
def test_what_is_no_manifest_is_refused(client: RegistryClient, repository: str, content: bytes) -> None:
    client.push_blob(repository, CONTENT)
    assert client.put_manifest(repository, "v1", content).status == 400
    assert client.manifest(repository, "v1").status == 404


def test_a_manifest_with_another_content_type_is_refused(client: RegistryClient, repository: str) -> None:
    image = client.image(repository, CONTENT)
    assert client.put_manifest(repository, "v1", image, f"{DOCKER}.v2+json").refusal == (400, "MANIFEST_INVALID")


def test_a_manifest_without_a_content_type_of_its_own_is_refused(client: RegistryClient, repository: str) -> None:
    image = client.image(repository, CONTENT)
    assert client.put_manifest(repository, "v1", image, "application/json").refusal == (400, "MANIFEST_INVALID")


def test_dockers_manifests_are_stored_too(client: RegistryClient, repository: str) -> None:
    image = {**client.image(repository, CONTENT), "mediaType": f"{DOCKER}.v2+json"}
    assert client.put_manifest(repository, "v1", image, f"{DOCKER}.v2+json").status == 201
    content = client.call("GET", f"/v2/{repository}/manifests/v1", accept=f"{DOCKER}.v2+json").content
    described = {"mediaType": f"{DOCKER}.v2+json", "digest": digest_of(content), "size": len(content)}
    entry = {**described, "platform": {"os": "linux", "architecture": "amd64"}}
    images = {"schemaVersion": 2, "mediaType": f"{DOCKER}.list.v2+json", "manifests": [entry]}
    assert client.put_manifest(repository, "list", images, f"{DOCKER}.list.v2+json").status == 201
    pulled = client.call("GET", f"/v2/{repository}/manifests/list", accept=f"{DOCKER}.list.v2+json")
    assert (pulled.json, pulled.headers["content-type"]) == (images, f"{DOCKER}.list.v2+json")


def test_an_index_may_list_another_index(client: RegistryClient, repository: str) -> None:
    content = json.dumps(client.image(repository, CONTENT)).encode()
    kind, digest = IMAGE, digest_of(content)
    assert client.put_manifest(repository, digest, content).status == 201
    for tag in ("inner", "outer"):
        entry = {"mediaType": kind, "digest": digest, "size": len(content)}
        content = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).encode()
        kind, digest = INDEX, digest_of(content)
        assert client.put_manifest(repository, tag, content, INDEX).status == 201
    assert client.manifest(repository, "outer").content == content
    missing = {"mediaType": IMAGE, "digest": MISSING, "size": 9}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [missing]}
    assert "MANIFEST_BLOB_UNKNOWN" in client.put_manifest(repository, "broken", index, INDEX).content.decode()


def test_an_image_refers_to_one_that_is_not_there_yet(client: RegistryClient, repository: str) -> None:
    subject = {"mediaType": IMAGE, "digest": MISSING, "size": 7}
    answer = client.put_manifest(repository, "v1", client.image(repository, subject=subject))
    assert (answer.status, answer.headers["oci-subject"]) == (201, MISSING)


def test_what_refers_to_an_image_is_listed(client: RegistryClient, repository: str) -> None:
    subject = {"mediaType": IMAGE, "digest": MISSING, "size": 7}
    path = f"/v2/{repository}/referrers/{MISSING}"
    signature = client.image(
        repository, subject=subject, artifactType="application/x.signature", annotations={"a": "b"}
    )
    plain = client.image(repository, subject=subject)
    for tag, image in (("a", signature), ("b", plain)):
        client.put_manifest(repository, tag, image)
    answer = client.call("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (200, INDEX)
    assert {item["artifactType"] for item in answer.json["manifests"]} == {
        "application/x.signature",
        plain["config"]["mediaType"],
    }
    filtered = client.call("GET", f"{path}?artifactType=application/x.signature")
    content = json.dumps(signature).encode()
    assert filtered.headers["oci-filters-applied"] == "artifactType"
    [entry] = filtered.json["manifests"]
    assert (entry["digest"], entry["size"], entry["annotations"]) == (digest_of(content), len(content), {"a": "b"})
    assert client.call("GET", f"/v2/{repository}/referrers/{DIGEST}").json["manifests"] == []


# Names, tags, lists and deletions


@pytest.mark.parametrize("name", ["Upper", "a//b", "a..b", "-a", "x" * 256, "a/_b"])
def test_a_name_that_is_none_is_refused(client: RegistryClient, name: str) -> None:
    answer = client.call("POST", f"/v2/{name}/blobs/uploads/")
    assert answer.refusal == (400, "NAME_INVALID")


def test_tags_are_listed_in_pages(client: RegistryClient, repository: str) -> None:
    image, names = client.image(repository), sorted(["v1", "v10", "v2", "latest", "A"])
    for tag in names:
        client.put_manifest(repository, tag, image)
    path = f"/v2/{repository}/tags/list"
    assert client.call("GET", path).json == {"name": repository, "tags": names}
    assert client.call("GET", f"{path}?n=0").json["tags"] == []
    listed: list[str] = []
    following = f"{path}?n=2"
    while following:
        answer = client.call("GET", following)
        assert len(answer.json["tags"]) <= 2
        listed += answer.json["tags"]
        following = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert listed == names
    assert client.call("GET", f"{path}?n=2&last=v1").json["tags"] == ["v10", "v2"]
    assert client.call("GET", f"/v2/{client.new_repository()}/tags/list").refusal == (404, "NAME_UNKNOWN")


def test_repositories_are_listed(client: RegistryClient, repository: str) -> None:
    client.put_manifest(repository, "v1", client.image(repository))
    assert repository in client.call("GET", "/v2/_catalog?n=1000").json["repositories"]


def test_an_image_is_deleted(client: RegistryClient, repository: str) -> None:
    content = json.dumps(client.image(repository, CONTENT)).encode()
    client.put_manifest(repository, "v1", content)
    assert client.manifest(repository, digest_of(content), "DELETE").status == 202
    assert client.manifest(repository, digest_of(content)).status == 404
    assert client.manifest(repository, "v1").status == 404


def test_a_tag_is_deleted_alone(client: RegistryClient, repository: str) -> None:
    content = json.dumps(client.image(repository, CONTENT)).encode()
    for tag in ("v1", "v2"):
        client.put_manifest(repository, tag, content)
    assert client.manifest(repository, "v1", "DELETE").status == 202
    assert client.manifest(repository, "v1").status == 404
    assert client.manifest(repository, "v2").content == content
