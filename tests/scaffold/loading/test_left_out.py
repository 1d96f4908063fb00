from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.loading.distributions import Environment
from biot_plugin_cli.loading.left_out import LeftOut
from biot_plugin_cli.loading.places import Place
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.plugins import make_plugin


def test_a_name_that_differs_in_case_alone_as_some_file_systems_allow(tmp_path: Path) -> None:
    plugin = Plugin.read(make_plugin(tmp_path))
    left_out = LeftOut(plugin, Environment([]), ["index.py", "Data/Norms.csv"], [])

    explanation = left_out.explain(Place("own", str(tmp_path / "data/norms.csv"), "data/norms.csv", str(tmp_path)))

    assert explanation.reason == "the package has Data/Norms.csv, and Lambda distinguishes upper and lower case"
