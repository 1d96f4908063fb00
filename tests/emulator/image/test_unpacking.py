"""Layers become the files that every other tool makes of them, and nothing anywhere else."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.limits import Limits
from biot_emulator.image.tree import File, Folder
from biot_emulator.image.unpacking import check_case, unpack
from tests.emulator.image.memory import (
    GZIP,
    OCI,
    MemoryImage,
    digest_of,
    file,
    folder,
    hard_link,
    layer,
    link,
    member,
    tree,
)

SMALL = Limits(total_bytes=4 * 1024 * 1024, entries=2000, name_bytes=100_000, steps=20_000)


def unpacked(tmp_path: Path, *layers: bytes, limits: Limits | None = None) -> Path:
    root = tmp_path / "unpacked"
    unpack(MemoryImage(layers), root, limits)
    return root


STACKS: dict[str, tuple[tuple[bytes, ...], dict[str, str]]] = {
    "nothing": ((), {}),
    "an empty layer": ((layer(),), {}),
    "no byte at all": ((b"",), {}),
    "no end": ((layer(file("a", "1"))[:1024],), {"a": "1"}),
    "implied folders": ((layer(file("a/b/c", "1")),), {"a": "/", "a/b": "/", "a/b/c": "1"}),
    "names with a dot": ((layer(folder("./"), file("./a", "1")),), {"a": "1"}),
    "names from the root": ((layer(file("/a", "1")),), {"a": "1"}),
    "a name that leads back": ((layer(file("a/../b", "1")),), {"b": "1"}),
    "the last of two": ((layer(file("a", "1"), file("a", "2")),), {"a": "2"}),
    "an upper layer": ((layer(file("a", "1"), file("b", "1")), layer(file("a", "2"))), {"a": "2", "b": "1"}),
    "a whiteout": ((layer(file("a/b", "1"), file("a/c", "1")), layer(file("a/.wh.b"))), {"a": "/", "a/c": "1"}),
    "a whiteout of a folder": ((layer(file("a/b", "1"), file("c", "1")), layer(file(".wh.a"))), {"c": "1"}),
    "a whiteout of nothing": ((layer(file("a", "1")), layer(file(".wh.b"), file("x/.wh.y"))), {"a": "1"}),
    "a whiteout below a file": ((layer(file("a", "1")), layer(file("a/.wh.b"))), {"a": "1"}),
    "a whiteout before its own layer's": ((layer(file("a", "1")), layer(file(".wh.a"), file("a", "2"))), {"a": "2"}),
    "a whiteout after its own layer's": ((layer(file("a", "1")), layer(file("a", "2"), file(".wh.a"))), {"a": "2"}),
    "an opaque folder": (
        (layer(file("a/b", "1"), file("a/c/d", "1")), layer(file("a/e", "2"), file("a/.wh..wh..opq"))),
        {"a": "/", "a/e": "2"},
    ),
    "an opaque folder first": (
        (layer(file("a/b", "1")), layer(file("a/.wh..wh..opq"), file("a/b", "2"))),
        {"a": "/", "a/b": "2"},
    ),
    "an opaque root": ((layer(file("a", "1")), layer(file("b", "2"), file(".wh..wh..opq"))), {"b": "2"}),
    "a whiteout by way of a link": (
        (layer(file("usr/lib/a", "1"), link("lib", "usr/lib")), layer(file("lib/.wh.a"))),
        {"usr": "/", "usr/lib": "/", "lib": "-> usr/lib"},
    ),
    "metadata of another file system": (
        (layer(file(".wh..wh.aufs"), folder(".wh..wh.plnk"), file(".wh..wh.plnk/1.2")),),
        {},
    ),
    "a file for a folder": ((layer(file("a/b", "1")), layer(file("a", "2"))), {"a": "2"}),
    "a folder for a file": (
        (layer(file("a", "1")), layer(file("b", ""), folder("a"), file("a/b", "2"))),
        {"a": "/", "a/b": "2", "b": ""},
    ),
    "a folder for a folder": ((layer(file("a/b", "1")), layer(folder("a"))), {"a": "/", "a/b": "1"}),
    "a folder for a link": (
        (layer(folder("b"), link("a", "b")), layer(folder("a"), file("a/c", "1"))),
        {"a": "/", "a/c": "1", "b": "/"},
    ),
    "a link for a folder": ((layer(file("a/b", "1")), layer(link("a", "c"))), {"a": "-> c"}),
    "a hard link": ((layer(file("a", "1"), hard_link("b", "a")),), {"a": "1", "b": "1"}),
    "a hard link to a lower layer": (
        (layer(file("a", "1")), layer(hard_link("b/c", "/a"))),
        {"a": "1", "b": "/", "b/c": "1"},
    ),
    "a hard link that outlives its file": (
        (layer(file("a", "1"), hard_link("b", "a")), layer(file(".wh.a"))),
        {"b": "1"},
    ),
    "a hard link whose file is replaced": (
        (layer(file("a", "1"), hard_link("b", "a")), layer(file("a", "2"))),
        {"a": "2", "b": "1"},
    ),
    "a hard link for what it is in": ((layer(file("a/b", "1"), hard_link("a", "a/b")),), {"a": "1"}),
    "a hard link to itself": ((layer(file("a", "1"), hard_link("a", "a")),), {"a": "1"}),
    "a hard link to a link": (
        (layer(link("a", "/nowhere"), hard_link("b", "a")),),
        {"a": "-> /nowhere", "b": "-> /nowhere"},
    ),
    "below an absolute link": (
        (layer(folder("usr/lib"), link("lib", "/usr/lib"), file("lib/a", "1")),),
        {"usr": "/", "usr/lib": "/", "usr/lib/a": "1", "lib": "-> /usr/lib"},
    ),
    "below a link to nothing": (
        (layer(link("a", "b/c"), file("a/d", "1")),),
        {"a": "-> b/c", "b": "/", "b/c": "/", "b/c/d": "1"},
    ),
    "devices, pipes and sockets": (
        (
            layer(
                member("null", tarfile.CHRTYPE, devmajor=1, devminor=3),
                member("disk", tarfile.BLKTYPE, devmajor=8),
                member("pipe", tarfile.FIFOTYPE),
                file("a", "1"),
            ),
        ),
        {"a": "1"},
    ),
    "a device for a file": ((layer(file("a", "1")), layer(member("a", tarfile.CHRTYPE))), {}),
    "a name of the longest kind": (
        (layer(file("é" * 127, "1"), file("/".join(["x" * 100] * 9), "")),),
        {"é" * 127: "1"} | {"/".join(["x" * 100] * n): "/" for n in range(1, 9)} | {"/".join(["x" * 100] * 9): ""},
    ),
    "long names as GNU has them": (
        (layer(file("y" * 200, "1"), link("z", "y" * 200), format=tarfile.GNU_FORMAT),),
        {"y" * 200: "1", "z": "-> " + "y" * 200},
    ),
    "extended attributes": (
        (layer(file("a", "1", pax_headers={"SCHILY.xattr.security.capability": "x", "comment": "y"})),),
        {"a": "1"},
    ),
    "other people's names": ((layer(file("a", "1", uid=12345, gid=2**31, uname="nobody", gname="x")),), {"a": "1"}),
    "mount points that are links": ((layer(link("proc", "/etc"), link("tmp", "../../../.."), file("dev", "x")),), {}),
}


@pytest.mark.parametrize(("layers", "expected"), STACKS.values(), ids=STACKS)
def test_layers_become_files(tmp_path: Path, layers: tuple[bytes, ...], expected: dict[str, str]) -> None:
    assert tree(unpacked(tmp_path, *layers)) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["unpacked"]


def _sparse(name: str, *, size: int, data: bytes, version: str) -> bytes:
    """A file of which a layer has the last bytes alone, by the newest or the oldest format for that."""
    offset = size - len(data)
    if version == "1.0":
        numbers = f"1\n{offset}\n{len(data)}\n".encode().ljust(512, b"\0")
        headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": name,
            "GNU.sparse.realsize": str(size),
        }
        return layer(member("GNUSparseFile.0/x", content=numbers + data, pax_headers=headers))
    headers = {"GNU.sparse.size": str(size), "GNU.sparse.numblocks": "1", "GNU.sparse.map": f"{offset},{len(data)}"}
    return layer(member(name, content=data, pax_headers=headers))


@pytest.mark.parametrize("version", ["0.1", "1.0"])
def test_sparse_files_have_their_whole_length_and_no_blocks_for_nothing(tmp_path: Path, version: str) -> None:
    root = unpacked(tmp_path, _sparse("big", size=3_000_000, data=b"end", version=version))
    assert (root / "big").read_bytes() == bytes(2_999_997) + b"end"
    assert (root / "big").stat().st_blocks * 512 < 1_000_000


@pytest.mark.parametrize("version", ["0.1", "1.0"])
def test_a_sparse_file_counts_with_its_whole_length(tmp_path: Path, version: str) -> None:
    with pytest.raises(InvalidImage, match="larger than"):
        unpacked(tmp_path, _sparse("big", size=2**50, data=b"end", version=version))


def test_zeros_take_no_room(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path, layer(member("zeros", content=bytes(3_000_000)), member("mixed", content=bytes(600_000) + b"x"))
    )
    assert (root / "zeros").read_bytes() == bytes(3_000_000)
    assert (root / "mixed").read_bytes() == bytes(600_000) + b"x"
    assert (root / "zeros").stat().st_blocks * 512 < 100_000


def test_everybody_may_read_and_nobody_write_or_become_somebody_else(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path,
        layer(
            file("secret", mode=0o600),
            file("program", mode=0o6711),
            file("open", mode=0o666),
            folder("closed", mode=0o1700),
        ),
    )
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in root.iterdir()}
    assert modes["secret"] == modes["open"] == "0o444"
    assert modes["program"] == modes["closed"] == "0o555"


def test_hard_links_are_one_file(tmp_path: Path) -> None:
    root = unpacked(tmp_path, layer(file("a", "1"), hard_link("b/c", "a"), hard_link("d", "b/c")))
    assert len({(root / name).stat().st_ino for name in ("a", "b/c", "d")}) == 1


def _global_headers() -> bytes:
    text = b"".join(tarfile.TarInfo.create_pax_global_header({f"k{number}": "x" * 900_000}) for number in range(50))
    return text + layer(file("a"))


def _without_end(header: dict[str, str], name: str = "a") -> bytes:
    return layer(file(name, "1", pax_headers=header))


def _chained(count: int) -> bytes:
    content = layer(file("a"))
    return tarfile.TarInfo.create_pax_global_header({"comment": "x"}) * count + content


def _corrupt(content: bytes, offset: int) -> bytes:
    return content[:offset] + bytes([content[offset] ^ 0xFF]) + content[offset + 1 :]


def _raw_size(content: bytes, size: bytes) -> bytes:
    """Give the first header another size, and its checksum again."""
    header = bytearray(content[:512])
    header[124:136] = size
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + content[512:]


#: Layers that are refused, with a part of the reason.
ATTACKS: dict[str, tuple[tuple[bytes, ...], str]] = {
    "a name that leads out": ((layer(file("../evil")),), "outside"),
    "a name that leads out after all": ((layer(file("a/../../evil")),), "outside"),
    "a folder that leads out": ((layer(folder("..")),), "outside"),
    "a link at a name that leads out": ((layer(link("a/../../b", "/")),), "outside"),
    "a hard link that leads out": ((layer(hard_link("a", "../../etc/passwd")),), "outside"),
    "a hard link to nothing": ((layer(hard_link("a", "etc/passwd")),), "another name of nothing"),
    "a hard link by way of a link out": (
        (layer(link("out", "/"), hard_link("a", "out/etc/passwd")),),
        "another name of nothing",
    ),
    "a hard link to a folder": ((layer(folder("b"), hard_link("a", "b")),), "another name of a folder"),
    "a hard link to what comes later": ((layer(hard_link("a", "b"), file("b")),), "another name of nothing"),
    "a link as the root": ((layer(link(".", "/etc"), file("evil")),), "in place of its root"),
    "a link as the root of a lower layer": (
        (layer(file("a")), layer(link("./", "/etc"), file("evil"))),
        "in place of its root",
    ),
    "a file as the root": ((layer(file("/")),), "in place of its root"),
    "a device as the root": ((layer(member(".", tarfile.CHRTYPE)),), "in place of its root"),
    "links in a circle": ((layer(link("a", "b"), link("b", "a"), file("a/c")),), "too many symbolic links"),
    "a link to itself": ((layer(link("a", "a"), file("a/c")),), "too many symbolic links"),
    "a file below a file": ((layer(file("a"), file("a/b")),), "below a file"),
    "a whiteout of nothing at all": ((layer(file("a/.wh.")),), "whiteout"),
    "a whiteout of the folder itself": ((layer(file("a/.wh..")),), "whiteout"),
    "a whiteout of the folder above": ((layer(file("a/.wh...")),), "whiteout"),
    "a file below a whiteout": ((layer(file(".wh.a/b")),), "whiteout"),
    "a link to nowhere": ((layer(link("a", "")),), "nowhere"),
    "a name with a null character": ((_without_end({"path": "a\0b"}),), "null character"),
    "a link with a null character": (
        (layer(member("a", tarfile.SYMTYPE, linkname="x", pax_headers={"linkpath": "a\0b"})),),
        "nowhere",
    ),
    "a name that is too long": ((_without_end({}, "x" * 256),), "too long"),
    "a path that is too long": ((_without_end({}, "/".join(["x" * 200] * 20)),), "too long"),
    "a path that is too deep": ((_without_end({}, "x/" * 500 + "x"),), "folders"),
    "a path that becomes too deep by links": (
        (layer(file("/".join("a" * 150) + "/x"), link("l", "/".join("a" * 150)), file("l/" + "b/" * 100 + "x")),),
        "folders",
    ),
    "an unknown kind": ((layer(member("a", b"Z")),), "unknown kind"),
    "a file larger than all": ((layer(member("a", content=bytes(5_000_000))),), "larger than"),
    "more files than there may be": ((layer(*(file(str(number)) for number in range(2001))),), "more than 2000 files"),
    "more folders than there may be": (
        (layer(*(file(f"{number}/" + "x/" * 150) for number in range(20))),),
        "more than 2000 files",
    ),
    "names without end": ((layer(*(file(f"{number}{'x' * 200}") for number in range(600))),), "names"),
    "links that cost time": (
        (layer(link("l", "x/../" * 700), *(link(f"l{number}", "l/" * 35) for number in range(5)), file("l4/a")),),
        "too many",
    ),
    "headers without end": ((_global_headers(),), "header is too large"),
    "a header of a gigabyte": (
        (_raw_size(layer(member("a", tarfile.XHDTYPE)), b"\x80" + (2**30).to_bytes(11, "big")),),
        "header is too large",
    ),
    "a chain of headers": ((_chained(3000),), "recursion"),
    "a negative size": ((_raw_size(layer(file("a", "1")), b"\xff" * 12),), "negative size"),
    "a size that leads back": (
        (layer(file("x", "1" * 2000), file("a", "1", pax_headers={"size": "-1024"})),),
        "negative size",
    ),
    "a damaged header": ((_corrupt(layer(file("a"), file("b")), 512 + 3),), "damaged header"),
    "a file that is cut off": ((layer(member("a", content=b"x" * 2000))[:1500],), "unexpected end"),
    "a map that is none": (
        (layer(member("a", content=b"12", pax_headers={"GNU.sparse.size": "20", "GNU.sparse.map": "x"})),),
        "invalid literal",
    ),
}


@pytest.mark.parametrize(("layers", "reason"), ATTACKS.values(), ids=ATTACKS)
def test_what_is_not_safe_is_refused_and_leaves_nothing(tmp_path: Path, layers: tuple[bytes, ...], reason: str) -> None:
    with pytest.raises(InvalidImage, match=reason) as refusal:
        unpacked(tmp_path, *layers, limits=SMALL)
    assert str(tmp_path) not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_or_removed_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    up = "/".join([".."] * 40)
    root = unpacked(
        tmp_path / "outside",
        layer(link("a", str(outside)), link("b", f"{up}{outside}"), link("c", "a"), link("d", f"{outside}/file")),
        layer(
            file("a/new", "x"),
            file("b/new", "x"),
            file("c/.wh.file"),
            file("a/.wh..wh..opq"),
            folder("a/folder"),
            link("b/link", "/etc"),
            file("d", "x"),
            hard_link("b/hard", "a/new"),
        ),
    )
    assert sorted(path.name for path in outside.iterdir()) == ["file", "unpacked"]
    assert (outside / "file").read_text() == "mine"
    below = root / str(outside)[1:]
    assert sorted(path.name for path in below.iterdir()) == ["folder", "hard", "link", "new"]
    assert (root / "d").read_text() == "x"


def _wrong_manifest(image: MemoryImage) -> None:
    image.manifest.content += b" "


def _damage(which: int) -> Callable[[MemoryImage], None]:
    def change(image: MemoryImage) -> None:
        digest = [*image.blobs][which]
        image.blobs[digest] = _corrupt(image.blobs[digest], len(image.blobs[digest]) // 2)

    return change


def _longer(image: MemoryImage) -> None:
    digest = image.listed[0]["digest"]
    image.blobs[digest] += b"\0" * 100


def _shorter(image: MemoryImage) -> None:
    digest = image.listed[0]["digest"]
    image.blobs[digest] = image.blobs[digest][:-1]


def _set(**fields: Any) -> Callable[[MemoryImage], object]:
    return lambda image: image.update(**fields)


def _set_layer(**fields: Any) -> Callable[[MemoryImage], object]:
    return lambda image: (image.listed[0].update(fields), image.update())


def _set_config(**fields: Any) -> Callable[[MemoryImage], object]:
    return lambda image: (image.document.update(fields), image.update())


def _settings(**fields: Any) -> Callable[[MemoryImage], object]:
    return lambda image: (image.document["config"].update(fields), image.update())


def _garbage_after_gzip(image: MemoryImage) -> None:
    image.listed = [image.add(gzip.compress(image.layers[0]) + b"garbage", GZIP)]
    image.update()


def _not_compressed(image: MemoryImage) -> None:
    image.listed = [image.add(image.layers[0], GZIP)]
    image.update()


def _cut_gzip(image: MemoryImage) -> None:
    image.listed = [image.add(gzip.compress(image.layers[0])[:-10], GZIP)]
    image.update()


WRONG: dict[str, tuple[Callable[[MemoryImage], object], str]] = {
    "another manifest": (_wrong_manifest, "not the one with its digest"),
    "a damaged layer": (_damage(0), "damaged|uncompressed|can be unpacked"),
    "a damaged configuration": (_damage(-1), "damaged"),
    "a longer layer": (_longer, "damaged"),
    "a shorter layer": (_shorter, "damaged|uncompressed|can be unpacked"),
    "garbage after a layer": (_garbage_after_gzip, "uncompressed"),
    "a layer that is not compressed": (_not_compressed, "uncompressed"),
    "a compressed layer that is cut off": (_cut_gzip, "uncompressed"),
    "another layer": (_set_config(rootfs={"diff_ids": [digest_of(b"")]}), "not the one that its configuration lists"),
    "fewer layers": (_set_config(rootfs={"diff_ids": []}), "other layers"),
    "no list of layers": (_set_config(rootfs=None), "other layers"),
    "layers that are none": (_set_config(rootfs={"diff_ids": ["../../etc/passwd"]}), "diff_ids"),
    "an index": (_set(manifests=[], mediaType=f"{OCI}.index.v1+json"), "index"),
    "an index and a manifest": (_set(manifests=[]), "index"),
    "an unknown manifest": (_set(mediaType="application/json"), "of a kind"),
    "an old manifest": (_set(schemaVersion=1), "of a kind"),
    "no layers": (_set(layers={}), "no list of layers"),
    "no configuration": (_set(config=None), "cannot be read"),
    "a digest that is a path": (_set_layer(digest="sha256:../../../etc/passwd"), "cannot be read"),
    "a digest by another algorithm": (_set_layer(digest=f"md5:{'0' * 32}"), "cannot be read"),
    "a negative size": (_set_layer(size=-1), "cannot be read"),
    "a size that is none": (_set_layer(size=True), "cannot be read"),
    "a smaller size": (_set_layer(size=1), "damaged"),
    "a larger size": (_set_layer(size=2**40), "damaged"),
    "an unknown kind of layer": (_set_layer(mediaType="text/plain\n"), "unknown"),
    "a foreign layer": (
        _set_layer(mediaType="application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
        "distributed",
    ),
    "another system": (_set_config(os="windows"), "Linux"),
    "an entry point that is a text": (_settings(Entrypoint="python"), "Entrypoint"),
    "an entry point of numbers": (_settings(Entrypoint=[1]), "Entrypoint"),
    "a command with a null character": (_settings(Cmd=["a\0b"]), "Cmd"),
    "a variable without a name": (_settings(Env=["=x"]), "Env"),
    "a variable without a value": (_settings(Env=["x"]), "Env"),
    "a working folder that is none": (_settings(WorkingDir=["/"]), "WorkingDir"),
}


@pytest.mark.parametrize(("change", "reason"), WRONG.values(), ids=WRONG)
def test_an_image_is_what_its_digests_say_or_refused(
    tmp_path: Path, change: Callable[[MemoryImage], object], reason: str
) -> None:
    image = MemoryImage([layer(file("a", "1" * 1000), file("b"))])
    change(image)
    with pytest.raises(InvalidImage, match=reason):
        unpack(image, tmp_path / "unpacked")
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_given_up_before_it_is_unpacked(tmp_path: Path) -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            content = super().read(size)
            Counting.taken += len(content)
            return content

    class Bomb(MemoryImage):
        def open_blob(self, digest: str) -> BinaryIO:
            return Counting(self.blobs[digest])

    bomb = Bomb([bytes(50_000_000)])
    bomb.layers = ()
    with pytest.raises(InvalidImage, match="larger than"):
        unpack(bomb, tmp_path / "unpacked", SMALL)
    assert Counting.taken < len(bomb.blobs[bomb.listed[0]["digest"]])
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(descriptor: int, content: object) -> int:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(InvalidImage, match=r"cannot be unpacked: No space left on device$"):
        unpacked(tmp_path, layer(file("a", "1")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("media_type", [f"{OCI}.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar.gzip"])
def test_layers_of_other_kinds(tmp_path: Path, media_type: str) -> None:
    image = MemoryImage([layer(file("a", "1"))], media_type=media_type)
    image.update(mediaType="application/vnd.docker.distribution.manifest.v2+json")
    unpack(image, tmp_path / "unpacked")
    assert tree(tmp_path / "unpacked") == {"a": "1"}


def test_zstd_is_refused_on_every_python(tmp_path: Path) -> None:
    image = MemoryImage([layer(file("a", "1"))])
    image.listed[0]["mediaType"] = f"{OCI}.layer.v1.tar+zstd"
    with pytest.raises(InvalidImage, match=r"zstd, which Lambda is not known to take: compress it with gzip"):
        unpack(image.update(), tmp_path / "unpacked")
    assert not (tmp_path / "unpacked").exists()


def test_names_that_differ_in_case_alone_are_refused_where_they_are_one_file() -> None:
    root = Folder()
    root.entries["Readme"] = inner = Folder()
    inner.entries.update({"a": File(Path(), False), "b": File(Path(), False)})
    check_case(root)
    inner.entries["A"] = File(Path(), False)
    with pytest.raises(InvalidImage, match=r"both \[/Readme/a\] and \[/Readme/A\]"):
        check_case(root)


def test_unpacking_takes_time_in_proportion(tmp_path: Path) -> None:
    def steps(count: int) -> int:
        calls = 0

        def count_calls(*_: object) -> None:
            nonlocal calls
            calls += 1

        content = layer(*(file(f"folder/{number}") for number in range(count)))
        sys.setprofile(count_calls)
        try:
            unpack(MemoryImage([content, content]), tmp_path / str(count))
        finally:
            sys.setprofile(None)
        return calls

    assert steps(400) < 5 * steps(100)
