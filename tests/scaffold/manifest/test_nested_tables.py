from __future__ import annotations

from biot_plugin_cli.manifest.nested_tables import SettingRule, find_table_problems

RULES: dict[str, SettingRule] = {"size": ("a number", lambda value: isinstance(value, int))}


def test_a_valid_table_has_no_problems() -> None:
    assert list(find_table_problems({"size": 1}, ("env", "test", "image"), RULES)) == []


def test_each_problem_says_where_it_is_and_what_to_do() -> None:
    problems = [str(problem) for problem in find_table_problems({"size": "1", "sise": 1}, ("image",), RULES)]
    assert problems == [
        "'size' of [tool.biot-plugin.image] is '1': make it a number",
        "[tool.biot-plugin.image] has the unknown key 'sise': remove it, or use one of size",
    ]


def test_what_is_no_table_is_one_problem() -> None:
    (problem,) = find_table_problems("x", ("aws",), RULES)
    assert (problem.code, problem.keys) == ("aws-invalid", ("aws",))


def test_a_long_value_is_shortened() -> None:
    (problem,) = find_table_problems({"size": "x" * 10_000}, ("image",), RULES)
    assert len(str(problem)) < 700
