# SPDX-License-Identifier: MIT
"""osier help state: how a state is written, with an example that the manual has, too."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples/states/web.toml").read_text()


def test_the_example_is_the_same_everywhere(osier):
    said = osier("help", "state")
    assert said.status == 0 and said.out.endswith(EXAMPLE) and said.err == ""
    assert f"```toml\n{EXAMPLE}```\n" in (ROOT / "docs/STATE.md").read_text()
    assert "examples/states/web.toml" in (ROOT / "README.md").read_text()


def test_all_kinds_are_named(osier, tmp_path):
    said = osier("help", "state").out
    (tmp_path / "x.toml").write_text("[none.x]\n")
    known = re.search("known are (.*); and vars", osier("plan", "x.toml").err)[1]
    assert all(re.search(rf"\b{kind}\b", said.partition("docs/STATE.md")[0]) for kind in re.split("[,;] ", known)), known


def test_the_example_is_read_without_a_mistake(osier, tmp_path):
    (tmp_path / "web.toml").write_text(EXAMPLE)
    assert osier("show", "web.toml", "--vars").out.startswith("port")
