from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from biot_emulator.runtime.code_folders import CodeFolders, InvalidCode, code_id


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_code_is_extracted_once_per_version(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path)
    code = zipped(**{"index.py": "x = 1", "src/more.py": ""})
    folder = folders.extract(code)
    assert (folder / "index.py").read_text() == "x = 1"
    assert (folder / "src" / "more.py").is_file()
    assert folders.extract(code) == folder == tmp_path / code_id(code)
    assert folders.extract(zipped(**{"index.py": "x = 2"})) != folder


def test_what_is_not_kept_is_removed_half_extracted_or_not(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path)
    preserved, _ = (folders.extract(zipped(**{"index.py": text})) for text in ("x = 1", "x = 2"))
    (tmp_path / "new-1234" / "code").mkdir(parents=True)
    folders.keep({preserved.name})
    assert list(tmp_path.iterdir()) == [preserved]
    folders.clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil.py", "/tmp/evil.py", "a/../../evil.py", "..\\evil.py"])
def test_an_entry_outside_of_the_folder_is_refused_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidCode, match="outside"):
        CodeFolders(tmp_path / "code").extract(zipped(**{"index.py": "", name: "evil"}))
    assert list((tmp_path / "code").iterdir()) == []


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc")
    with pytest.raises(InvalidCode, match="symbolic link"):
        CodeFolders(tmp_path).extract(content.getvalue())


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCode, match="not a valid zip file"):
        CodeFolders(tmp_path).extract(b"hello")


def test_a_zip_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.py", "x = 1\n" * 1000)
    code = bytearray(content.getvalue())
    code[len("index.py") + 30] = 0xFF
    with pytest.raises(InvalidCode, match="not a valid zip file"):
        CodeFolders(tmp_path).extract(bytes(code))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_refused_without_a_word_of_this_machine(tmp_path: Path) -> None:
    with pytest.raises(InvalidCode, match="File name too long") as refused:
        CodeFolders(tmp_path).extract(zipped(**{"x" * 300: ""}))
    assert str(tmp_path) not in str(refused.value)


def test_temporary_folders_are_removed() -> None:
    folders = CodeFolders()
    folder = folders.extract(zipped(**{"index.py": ""}))
    folders.close()
    assert not folder.exists()
