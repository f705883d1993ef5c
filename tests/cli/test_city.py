"""``capacity city`` as people type it."""

from pathlib import Path

from typer.testing import CliRunner

from capacity.cli import app

RUNNER = CliRunner()
SIZE = ("--substations", "1", "--feeders", "2", "--transformers", "3", "--nodes", "6", "--months", "1")


def test_city__makes_a_folder_of_cases_in_both_languages(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    made = RUNNER.invoke(app, ["--lang", "en", "city", str(folder), *SIZE], terminal_width=200)
    assert made.exit_code == 0, made.output
    assert "1 substations, 6 transformers, 36 LV nodes" in made.output
    assert {entry.name for entry in folder.iterdir()} == {"city.toml", "README.md", "s001"}
    again = RUNNER.invoke(app, ["--lang", "zh", "city", str(folder), *SIZE], terminal_width=200)
    assert again.exit_code == 0
    assert "6 台配变" in again.output


def test_city__sizes_that_make_no_city_are_a_usage_error(tmp_path: Path) -> None:
    refused = RUNNER.invoke(app, ["city", str(tmp_path / "city"), "--months", "13"])
    assert refused.exit_code == 2
    assert not (tmp_path / "city").exists()
