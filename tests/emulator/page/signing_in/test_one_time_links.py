from __future__ import annotations

from biot_emulator.page.signing_in.one_time_links import OneTimeLinks


def test_a_code_is_good_once() -> None:
    links = OneTimeLinks()
    code = links.make(("ada", "x"))
    assert links.take("") is None
    assert links.take(code) == ("ada", "x")
    assert links.take(code) is None


def test_old_codes_make_room() -> None:
    links = OneTimeLinks()
    codes = [links.make(("ada", str(number))) for number in range(50)]
    assert links.take(codes[0]) is None
    assert links.take(codes[-1]) == ("ada", "49")
