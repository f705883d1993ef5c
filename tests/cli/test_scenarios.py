"""``capacity scenarios`` and ``capacity matrix`` as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_case import hand_case
from typer.testing import CliRunner

from capacity.case import load_scenario, write_case
from capacity.cli import app, main

RUNNER = CliRunner()
BAD = "name: bad\ntitle_zh: 坏\ntitle_en: bad\nswitches: [{switch_id: Q1, closed: true}]\n"


def typed(*words: object, code: int = 0, lang: str = "en") -> str:
    result = RUNNER.invoke(app, ["--lang", lang, *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_new__writes_what_check_and_list_understand(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "plans" / "My Plan.yaml"
    typed("scenarios", "new", file, lang=lang)
    assert load_scenario(file).name == "my-plan"
    before = file.read_bytes()
    typed("scenarios", "new", file, lang=lang, code=1)
    assert file.read_bytes() == before
    typed("scenarios", "check", file, lang=lang)
    assert "10" in typed("scenarios", "list", file.parent, lang=lang)


def test_check__tells_the_problems_of_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_case(hand_case(), tmp_path / "hand")
    for name, text in (("a", BAD), ("b", BAD.replace("Q1", "Q2").replace("bad", "worse"))):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    words = ["scenarios", "check", tmp_path / "a.yaml", tmp_path / "b.yaml", "--case", tmp_path / "hand"]
    monkeypatch.setattr("sys.argv", ["capacity", "--lang", "en", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = "".join(capsys.readouterr())
    assert ended.value.code == 1
    assert "Q1" in told
    assert "Q2" in told


def test_matrix__years_that_are_none(tmp_path: Path) -> None:
    write_case(hand_case(), tmp_path / "hand")
    typed("scenarios", "new", tmp_path / "s.yaml")
    words = ["matrix", tmp_path / "hand", "--scenarios", tmp_path / "s.yaml", "--to", tmp_path / "out"]
    assert "no span of years" in typed(*words, "--years", "soon", code=2)
    assert "no span of years" in typed(*words, "--years", "2030-2027", code=2)
    assert not (tmp_path / "out").exists()
