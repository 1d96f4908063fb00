from __future__ import annotations

import io
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


def test_what_is_not_the_emulators_is_not_removed(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path)
    folders.extract(zipped(**{"index.py": ""}))
    (tmp_path / "thesis" / "chapters").mkdir(parents=True)
    folders.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]


def test_code_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidCode):
        CodeFolders(tmp_path).extract(zipped(**{"index.py": "", "../evil.py": "evil"}))
    assert list(tmp_path.iterdir()) == []


def test_temporary_folders_are_removed() -> None:
    folders = CodeFolders()
    folder = folders.extract(zipped(**{"index.py": ""}))
    folders.close()
    assert not folder.exists()
