from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timezone
from typing import Any

import pytest

from biot_plugin.recording.redaction import Redaction, TooDeep
from biot_plugin.recording.safe_names import SafeNames

NOW = datetime(2026, 11, 27, 10, 20, 30, tzinfo=timezone.utc)
MAIL = "maria@example.org"
TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJtYXJpYSJ9.c2lnbmF0dXJl"


#: Names that the plugin's code has.
MENTIONED = frozenset(
    (
        *("ok", "no", "none", "empty", "list", "object", "weight", "mrn", "mail"),
        *("json", "encoded", "percent", "url", "local", "other", "ipv6", "doses", "label"),
        *("bed", "note", "address", "ward", "heart_rate", "link", "MRN", "48213"),
    )
)


def redacted(value: Any, *safe: str) -> Any:
    return Redaction(b"k" * 32, SafeNames(safe, MENTIONED), NOW, value).value(value)


def test_truth_and_absence_stay() -> None:
    value: dict[str, Any] = {"ok": True, "no": False, "none": None, "empty": "", "list": [], "object": {}}
    assert redacted(value) == value


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, "0"), (7, r"[1-9]"), (-17, r"-[1-9]\d"), (83.25, r"[1-9]\d\.\d[1-9]"), (0.035, r"0\.0\d[1-9]"),
        (83.0, r"[1-9]\d\.0"), (1e22, r"[1-9]e\+22"), (10**40, r"[1-9]\d{40}"), (-0.5, r"-0\.[1-9]"),
        (float("inf"), r"1\.5e\+308"), (float("-inf"), r"-1\.5e\+308"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_sign_and_its_size(number: float, form: str) -> None:
    result = redacted({"weight": number})["weight"]
    assert re.fullmatch(form, repr(result))
    assert type(result) is type(number)
    assert result != number or number == 0


def test_a_number_is_the_same_as_a_text_of_the_same_digits() -> None:
    result = redacted({"mrn": 48213117, "id": "48213117", "path": "/device/v2/devices/48213117"})
    assert str(result["mrn"]) == result["id"] == result["path"].removeprefix("/device/v2/devices/")


def test_times_in_seconds_and_milliseconds_are_moved_as_dates() -> None:
    now = int(NOW.timestamp())
    result = redacted({"exp": now + 1800, "timeEpoch": (now - 5) * 1000 + 77, "timestamp": 10**17})
    assert now < result["exp"] <= now + 86400
    assert (now - 86401) * 1000 <= result["timeEpoch"] <= now * 1000
    assert result["exp"] != now + 1800
    assert result["timestamp"] != 10**17


def test_the_same_is_replaced_by_the_same_wherever_and_however_it_is_written() -> None:
    result = redacted(
        {
            "_email": MAIL,
            "_username": MAIL.upper(),
            "json": json.dumps({"mail": MAIL}),
            "encoded": base64.b64encode(MAIL.encode()).decode(),
            "percent": "maria%40example.org",
            "url": f"https://{MAIL}:secret7@files.example.org:8443/patients/{MAIL}?ward={MAIL}#maria",
            "local": "http://localhost:8787/x",
            "other": "ftp://files.example.org",
            "ipv6": "http://[::1]:80/",
            MAIL: 1,
        }
    )
    mail = result["_email"]
    assert result["_username"] == mail.upper()
    assert json.loads(result["json"]) == {"mail": mail}
    assert base64.b64decode(result["encoded"]).decode() == mail
    assert result["percent"] == mail.replace("@", "%40")
    assert result["url"].count(mail.partition("@")[0]) == 4
    assert "/patients/" in result["url"]
    assert "secret7" not in result["url"]
    assert result["local"].startswith("http://localhost:")
    assert not result["other"].startswith("ftp")
    assert re.fullmatch(r"http://\w+\.example/", result["ipv6"])
    assert mail in result


@pytest.mark.parametrize(
    "name", ["Maria", "maria", "48213", "5c949555-f28d-44a5-95a3-c7ad46edbd16", "oberhuber", MAIL, "k-117"]
)
def test_a_name_of_a_member_that_is_a_datum_is_replaced(name: str) -> None:
    result = redacted({"_name": {"firstName": "Maria", "lastName": "Graf Oberhuber"}, "doses": {name: 1}})
    assert name not in result["doses"]


def test_names_in_a_table_are_data_though_some_look_like_names_of_attributes() -> None:
    table = {"5c949555-f28d-44a5-95a3-c7ad46edbd16": 1, "48213": 2, "K-117": 3, "oberhuber": 4, "ward": 5}
    result = list(redacted({"doses": table}, "ward")["doses"])
    assert result[4:] == ["ward"]
    assert "oberhuber" not in result


def test_other_names_stay() -> None:
    assert list(redacted({"doses": {"heart_rate": 1, "id": "id", "name": "name"}})["doses"]) == [
        "heart_rate",
        "id",
        "name",
    ]


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("ward", True), ("MRN", True), ("_name.firstName", True), ("_email", True), ("address.ward", True),
        ("oberhuber", False), ("mariaOberhuber", False), ("maria_oberhuber", False), ("maria.oberhuber", False),
        ("address.maria", False), ("48213", False),
    ],
)  # fmt: skip
def test_a_name_stays_only_if_the_code_or_the_platform_has_it(name: str, stays: bool) -> None:
    # Nothing in its form tells the name of an attribute from that of a person.
    result = redacted({"doses": {name: 1, "ward": 2}, "sort": [{"prop": f"-{name}"}]})
    assert ([*result["doses"]] == [*{name: 1, "ward": 2}]) is stays
    assert name.isupper() or (f'"-{name}"' in json.dumps(result)) is stays


def test_attributes_of_entities_stay_wherever_they_are() -> None:
    entity = {"_template": {"name": "cardio"}, "pulse": 1, "other": {"pulse": 2, "oberhuber": 3}}
    result = redacted({"body": json.dumps([entity]), "note": {"pulse": 1}})
    (written,) = json.loads(result["body"])
    assert [*written] == [*entity]
    assert "pulse" in written["other"]
    assert "pulse" in result["note"]
    assert "oberhuber" not in written["other"]


def test_a_name_that_is_a_value_as_well_is_replaced_unless_it_is_safe() -> None:
    assert list(redacted({"ward": 1, "label": "ward"})) != ["ward", "label"]
    assert list(redacted({"ward": 1, "label": "ward"}, "ward")) == ["ward", "label"]


def test_what_is_safe_stays_with_all_below_it_but_for_tokens() -> None:
    value = {"ward": {"name": "7b", "beds": [12, "A", f"Bearer {TOKEN}"]}, "bed": "12", "address": {"country": "DE"}}
    result = redacted(value, "ward", "address.country")
    assert result["ward"]["name"] == "7b"
    assert result["ward"]["beds"][:2] == [12, "A"]
    assert TOKEN not in json.dumps(result)
    assert result["address"] == {"country": "DE"}
    assert result["bed"] != "12"


def test_lists_of_what_is_safe_stay() -> None:
    assert redacted(["x1", {"name": ["x1"]}], "name")[1] == {"name": ["x1"]}


def test_what_is_safe_of_a_template_is_replaced_elsewhere() -> None:
    entities = [
        {"_template": {"id": "t1", "name": "cardio", "displayName": "Cardiology"}, "ward": "7b"},
        {"_template": {"id": "t2", "name": "neuro"}, "ward": "7b"},
        {"_template": None, "ward": "7b"},
    ]
    cardio, neuro, none = redacted(entities, "cardio:ward")
    assert cardio["_template"]["name"] == "cardio"
    assert cardio["_template"]["displayName"] != "Cardiology"
    assert cardio["ward"] == "7b"
    assert neuro["ward"] != "7b" != none["ward"]


def test_names_of_templates_stay_in_paths() -> None:
    result = redacted(
        {
            "_template": {"name": "cardio"},
            "path": "/organization/v1/users/patients/templates/cardio?templateName=cardio",
            "pathVariables": [{"name": "templateName", "value": "cardio"}, {"name": "id", "value": "maria7"}],
        }
    )
    assert result["path"] == "/organization/v1/users/patients/templates/cardio?templateName=cardio"
    assert result["pathVariables"][0] == {"name": "templateName", "value": "cardio"}
    assert result["pathVariables"][1]["name"] == "id"
    assert result["pathVariables"][1]["value"] != "maria7"


def test_a_template_has_no_name_with_spaces() -> None:
    assert redacted({"_template": {"name": "Maria Oberhuber"}})["_template"]["name"] != "Maria Oberhuber"


def test_words_in_paths_that_are_safe_stay() -> None:
    assert redacted({"rawPath": "/summary/maria"}, "/summary")["rawPath"].startswith("/summary/")
    assert not redacted({"rawPath": "/summary/maria"})["rawPath"].startswith("/summary/")


def test_parts_of_paths_are_encoded_as_they_were() -> None:
    path = redacted({"path": "/device/v2/devices/M%C3%BCller%2F7/"})["path"]
    assert re.fullmatch(r"/device/v2/devices/[A-Z][a-z]{5}%2F\d/", path)


def test_tokens_are_never_recorded() -> None:
    value = {
        "headers": {
            "Authorization": f"Bearer {TOKEN}", "cookie": f"session={TOKEN}", "x-ward": "7b", "x-api-key": "k-117",
            "accept-language": "en-us", "allow-interception": "1", "hooktype": "INTERCEPTOR_PRE",
        },
        "jwt": TOKEN,
        "note": f"It was {TOKEN}.",
    }  # fmt: skip
    result = redacted(value, "x-ward", "cookie", "x-api-key")
    assert result == {
        "headers": {
            "Authorization": "Bearer SIGN_ME", "x-ward": "7b", "accept-language": "en-us", "allow-interception": "1",
            "hooktype": "INTERCEPTOR_PRE",
        },
        "jwt": "SIGN_ME",
        "note": result["note"],
    }  # fmt: skip
    assert TOKEN not in result["note"]
    assert "SIGN_ME" in result["note"]


def test_forms_keep_the_names_of_their_fields() -> None:
    assert re.fullmatch(r"mrn=[a-z]%C3|mrn=\w{5}&ward=\d", redacted({"body": "mrn=maria&ward=7"})["body"])


def test_long_texts_are_cut() -> None:
    assert len(redacted({"note": "x " * 10_000})["note"]) == 8192


def test_what_looks_like_json_and_is_none_is_a_text() -> None:
    assert "Maria" not in redacted({"note": '{"name": "Maria'})["note"]


def test_surrogates_are_no_obstacle() -> None:
    json.dumps(redacted({"note": "\ud800 Maria %FF%41", "\udfff": "x", "path": "/device/%FF"}))


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}, json.dumps])
def test_what_is_nested_without_end_is_refused(wrap: Any) -> None:
    value: Any = "x"
    for _ in range(20 if wrap is json.dumps else 120):
        value = wrap(value)
    if wrap is json.dumps:
        value = [value] * 1
        for _ in range(100):
            value = [value]
    with pytest.raises(TooDeep):
        redacted({"note": value})


def test_what_is_not_looked_at_before_is_refused_as_well() -> None:
    value: Any = "x"
    for _ in range(120):
        value = [value]
    with pytest.raises(TooDeep):
        Redaction(b"k" * 32, SafeNames(), NOW, None).value(value)


def test_a_path_in_any_text_keeps_the_words_of_the_platform() -> None:
    assert re.fullmatch(
        r"/device/v2/devices/[a-z]{5}\?mrn=\d", redacted({"link": "/device/v2/devices/maria?mrn=7"})["link"]
    )


def test_texts_in_texts_without_end_are_refused() -> None:
    text = "maria"
    for _ in range(60):
        text = text.replace("%", "%25") if "%" in text else "%6Daria"
    value: Any = text
    for _ in range(95):
        value = [value]
    with pytest.raises(TooDeep):
        Redaction(b"k" * 32, SafeNames(), NOW, None).value(value)
