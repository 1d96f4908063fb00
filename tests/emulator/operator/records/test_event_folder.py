"""Events are saved in one folder alone, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biot_emulator.api.errors import BadRequest
from biot_emulator.operator.records.event_folder import EventFolder, EventNotSaved

EVENT = {"headers": {}, "body": {"name": "é\ud800"}}


@pytest.mark.parametrize(("name", "file"), [("mine", "mine.json"), ("a-b_c.d.json", "a-b_c.d.json"), ("1", "1.json")])
def test_an_event_is_a_new_file_of_the_folder(tmp_path: Path, name: str, file: str) -> None:
    saved = EventFolder(tmp_path / "new" / "events").save(name, EVENT)
    assert saved == tmp_path / "new" / "events" / file
    text = saved.read_bytes()
    assert json.loads(text.decode("utf-8", "surrogatepass")) == EVENT
    assert text.startswith(b'{\n  "headers": {},\n')


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "/etc/x", "a\\b", ".hidden", "-x", "a\0b", "a\nb", "é", "a b", "x" * 101, ".json"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadRequest, match=r"\[name\]"):
        EventFolder(tmp_path / "events").save(name, EVENT)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_also_not_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine")
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder.json").mkdir()
    for name in ("mine", "link", "folder"):
        with pytest.raises(EventNotSaved, match="exists already: choose another name"):
            EventFolder(tmp_path).save(name, EVENT)
    assert (tmp_path / "mine.json").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file")
    with pytest.raises(EventNotSaved, match="cannot be written"):
        EventFolder(tmp_path / "events" / "more").save("mine", EVENT)
    with pytest.raises(EventNotSaved, match="download the event"):
        EventFolder(None).save("mine", EVENT)


def test_a_file_that_is_only_half_written_is_removed(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        EventFolder(tmp_path).save("mine", {"not": {"json"}})
    assert list(tmp_path.iterdir()) == []
