"""``capacity assess`` as people type it, on an assessor over one pot of kilowatts."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from fake_assessor import FakeAssessor
from hand_case import hand_case
from rich.cells import cell_len
from sample_assessment import VARIANTS, sample_assessment
from typer.testing import CliRunner

from capacity import assessing
from capacity.applications import register as reg
from capacity.applications.answers import as_json
from capacity.assessing import case_files
from capacity.case import write_case
from capacity.cli import app, assess_printing, language, main, printing
from capacity.tables.places import PlaceRequest

RUNNER = CliRunner()
AT = ("--at", "99.203,25.103")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_case(hand_case(), tmp_path / "hand")
    return tmp_path / "hand"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeAssessor:
    """The assessor that every command of the test is answered by."""
    made = FakeAssessor(100.0)

    def opened(*_: object, **how: object) -> FakeAssessor:
        made.opened_with = how  # type: ignore[attr-defined]  # for the tests to look at
        return made

    for module in (assessing, case_files):
        monkeypatch.setattr(module, "open_assessor", opened)
    monkeypatch.delenv("CAPACITY_REGISTER", raising=False)
    monkeypatch.setattr(printing.console, "width", 100)
    return made


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = str(tmp_path / "register.db")
    reg.create_register(url).engine.dispose()
    return url


def typed(*words: object, code: int = 0, lang: str = "en") -> str:
    result = RUNNER.invoke(app, ["--lang", lang, "assess", *map(str, words)], terminal_width=100)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.stdout


def told(*words: object, code: int = 0, lang: str = "en") -> str:
    """What is said beside the answer."""
    result = RUNNER.invoke(app, ["--lang", lang, "assess", *map(str, words)], terminal_width=100)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.stderr


Failing = Callable[..., str]


@pytest.fixture
def failing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Runs a command that must end with exit code 1; gives what it said on the error stream."""

    def run(*words: object, lang: str = "en") -> str:
        monkeypatch.setattr(sys, "argv", ["capacity", "--lang", lang, "assess", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 1
        return capsys.readouterr().err

    return run


def test_assess__every_option_reaches_the_request(fake: FakeAssessor, folder: Path) -> None:
    typed(folder, *AT, "--kw", 60, "--phases", 1, "--power-factor", 0.9, "--kind", "resident", "--class", "rural",
          "--category", "residential", "--shape", "residential", "--dual", "--energise", "2027-03-01", "--applied",
          "2026-11-03", "--urgent", 20, "--hours")  # fmt: skip
    ((asked, hours),) = fake.asked
    assert asked.place == PlaceRequest(99.203, 25.103, dual_supply=True)
    assert (asked.kw, asked.phases, asked.power_factor, asked.urgent_kw) == (60.0, 1, 0.9, 20.0)
    assert (asked.customer_kind, asked.area_class, asked.category) == ("resident", "rural", "residential")
    assert (asked.shape, asked.energise_on, asked.applied_on) == (
        "residential", dt.date(2027, 3, 1), dt.date(2026, 11, 3),
    )  # fmt: skip
    assert hours


def test_assess__by_default_three_phases_other_customer_and_nothing_assumed(fake: FakeAssessor, folder: Path) -> None:
    typed(folder, "--node", "N1", "--kw", 10)
    typed(folder, "--transformer", "T1", "--kw", 10)
    (first, hours), (second, _) = fake.asked
    assert (first.place, second.place) == (PlaceRequest(node_id="N1"), PlaceRequest(transformer_id="T1"))
    assert (first.phases, first.customer_kind, first.shape) == (3, "other", "flat")
    assert (first.power_factor, first.area_class, first.category, first.applied_on) == (None, None, None, None)
    assert not hours


def test_assess__the_answer_in_both_languages(fake: FakeAssessor, folder: Path) -> None:
    english = typed(folder, *AT, "--kw", 60)
    for text in ("synthetic data", "yes, it can be connected", "asked for: 60 kW (63.2 kVA)", "T0102-M5P2", "82.4",
                 "load rate 74.6 % ≤ 80 % (P6)", "349 V < 353.4 V (P10)", "as of 2026-11-01", "valid until",
                 "register snapshot 5f2c5f2c"):  # fmt: skip
        assert text in english
    chinese = typed(folder, *AT, "--kw", 60, lang="zh")
    for text in ("合成数据", "可以接入", "接入方案（按 P15 排序）", "未采用", "基准日 2026-11-01", "有效期至"):
        assert text in chinese


def test_assess__a_staged_offer_says_now_at_hours_and_later(fake: FakeAssessor, folder: Path) -> None:
    said = typed(folder, *AT, "--kw", 150, "--hours")
    assert "in stages (P16)" in said
    assert "month  1: 42.1 to 126.3 kW, most at 0–11 h" in said
    assert "1 hours unknown" in said
    assert "project P-A2026-00017" in said
    assert "already too late by" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_print__the_table_fits_a_hundred_columns(
    variant: str, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing.console, "width", 100)
    language.set_language(lang)
    assess_printing.print_answer(sample_assessment(variant=variant))
    drawn = [line for line in capsys.readouterr().out.splitlines() if line[:1] in "┏┃┡│└"]
    assert max(map(cell_len, drawn), default=0) <= 100
    assert drawn or not sample_assessment(variant=variant).ranked


def test_print__unknown_is_not_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    language.set_language("en")
    assess_printing.print_answer(sample_assessment(variant="unknown"))
    said = capsys.readouterr().out
    assert said.index("not known\n") < said.index("its room is unknown") < said.index("rejected\n")


def test_json__is_exactly_the_document(fake: FakeAssessor, folder: Path, url: str) -> None:
    found = json.loads(typed(folder, *AT, "--kw", 60, "--json", "--register", url, "--offer"))
    ((request, _),) = fake.asked
    assert found == as_json(FakeAssessor(100.0).assess(request), hand_case().settings.service_numbers)


def test_assess__wrong_usage_exits_two(fake: FakeAssessor, folder: Path, tmp_path: Path) -> None:
    typed(folder, "--kw", 60, code=2)  # where?
    typed(folder, *AT, code=2)  # how much?
    typed(folder, *AT, "--node", "N1", "--kw", 60, code=2)
    typed(folder, "--at", "here", "--kw", 60, code=2)
    typed(folder, *AT, "--kw", "much", code=2)
    typed(folder, *AT, "--kw", 60, "--class", "moon", code=2)
    typed(folder, *AT, "--kw", 60, "--energise", "soon", code=2)
    typed(folder, *AT, "--kw", 60, "--record", code=2)  # which register?
    typed(folder, *AT, "--kw", 60, "--to", tmp_path, code=2)
    typed(folder, "--file", tmp_path / "r.csv", "--kw", 60, code=2)
    assert fake.asked == []


def test_assess__what_cannot_be_answered_is_said_fault_by_fault(
    fake: FakeAssessor, folder: Path, failing: Failing
) -> None:
    assert failing(folder, *AT, "--kw", -5).split("\n")[-3:-1] == ["the power must be above 0.", "another fault."]
    assert failing(folder, *AT, "--kw", -5, lang="zh").split("\n")[-3:-1] == ["申请容量须大于 0。", "另一问题。"]


def test_assess__answer_sheets(fake: FakeAssessor, folder: Path, tmp_path: Path) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    said = told(folder, *AT, "--kw", 60, "--pdf", pdf, "--xlsx", xlsx, lang="zh")
    assert said.count("已写出") == 2
    assert pdf.read_bytes().startswith(b"%PDF")
    assert openpyxl.load_workbook(xlsx).sheetnames
    typed(folder, *AT, "--kw", 60, "--pdf", tmp_path / "a.txt", code=2)


def test_assess__scenario_no_go_and_workers_reach_the_assessor(
    fake: FakeAssessor, folder: Path, tmp_path: Path, failing: Failing
) -> None:
    ring = [[99.0, 25.0], [99.1, 25.0], [99.1, 25.1], [99.0, 25.0]]
    lake = tmp_path / "lake.geojson"
    lake.write_text(json.dumps({"type": "Feature", "properties": {"name": "lake"},
                                "geometry": {"type": "Polygon", "coordinates": [ring]}}), encoding="utf-8")  # fmt: skip
    typed(folder, *AT, "--kw", 60, "--no-go", lake, "--workers", 1)
    how = fake.opened_with  # type: ignore[attr-defined]  # set when opened
    assert how["no_go"]["name"].tolist() == ["lake"]
    assert (how["workers"], how["snapshot"], how["scenario"]) == (1, None, None)
    lake.write_text("{}", encoding="utf-8")
    assert "no GeoJSON" in failing(folder, *AT, "--kw", 60, "--no-go", lake)


def test_offer__enters_the_project_once(fake: FakeAssessor, folder: Path, tmp_path: Path) -> None:
    library = folder / "projects.csv"
    before = library.read_bytes() if library.exists() else b""
    asked = (folder, *AT, "--kw", 150, "--offer")
    assert "P-A2026-00017" in told(*asked)
    content = library.read_bytes()
    assert content.startswith(before)
    assert content.count(b"P-A2026-00017") == 1
    assert "not entered again" in told(*asked)
    assert "未重复列入" in told(*asked, lang="zh")
    assert library.read_bytes() == content
    told(*asked, "--projects", tmp_path / "library.csv")
    assert (tmp_path / "library.csv").exists()
    assert "no project" in told(folder, *AT, "--kw", 60, "--offer")


def test_record__then_accept_by_load_flow(
    fake: FakeAssessor, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeAssessor, "assess", _valid_for_long)
    said = told(folder, *AT, "--kw", 60, "--register", url, "--record", "--who", "li", "--application", "A-1")
    assert "A-1 is offered, valid until 2190-01-01" in said
    desk = reg.open_register(url)
    assert reg.application(desk, "A-1").facts.node_id == "T0102-M5P2"
    words = ["--lang", "en", "applications", "accept", "A-1", "--register", url, "--who", "li"]
    for wrong in ([], ["--assess"], ["--case", str(folder)], ["--assess", "--case", str(folder), "--run", "r"]):
        assert RUNNER.invoke(app, [*words, *wrong]).exit_code == 2
    done = RUNNER.invoke(app, [*words, "--assess", "--case", str(folder)])
    assert done.exit_code == 0, done.output
    assert "checked against 105.3 kVA: load flow" in done.stdout
    assert reg.application(desk, "A-1").status == "accepted"


def _valid_for_long(self: FakeAssessor, request: object, *, hours: bool = False) -> object:
    from dataclasses import replace

    return replace(self._answer(request, self.room_kw, hours), valid_until=dt.date(2190, 1, 1))  # type: ignore[arg-type]  # a request


def test_application__is_asked_for_as_the_register_holds_it(
    fake: FakeAssessor, folder: Path, url: str, failing: Failing
) -> None:
    from capacity.tables.register import Facts

    desk = reg.open_register(url)
    facts = Facts(p_kw=30.0, customer_kind="resident", transformer_id="T1", phases="1", power_factor=0.9)
    name = reg.add(desk, facts, who="li").application_id
    typed(folder, "--application", name, "--register", url)
    typed(folder, "--application", name, "--register", url, "--kw", 45, "--node", "N9")
    (first, _), (second, _) = fake.asked
    assert (first.kw, first.place, first.phases, first.power_factor) == (
        30.0,
        PlaceRequest(transformer_id="T1"),
        1,
        0.9,
    )
    assert (second.kw, second.place, second.phases, second.application_id) == (
        45.0,
        PlaceRequest(node_id="N9"),
        1,
        name,
    )
    assert "absent" in failing(folder, "--application", "absent", "--register", url)
    how = fake.opened_with  # type: ignore[attr-defined]  # set when opened
    assert how["snapshot"].applications["application_id"].tolist() == [name]


ROWS = """application_id,customer_kind,p_kw,transformer_id,received_at
A,other,80,T1,2026-10-01
B,other,50,T1,2026-10-02
C,other,30,T1,2026-10-03
"""


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    path = tmp_path / "queue.csv"
    path.write_text(ROWS, encoding="utf-8-sig")
    return path


def test_file__in_order_of_receipt_each_seeing_the_earlier_ones(
    fake: FakeAssessor, folder: Path, queue: Path, tmp_path: Path
) -> None:
    said = typed(folder, "--file", queue, "--to", tmp_path / "out")
    assert "in order of receipt: 3 applications for 160.0 kW, 100.0 kW can be promised" in said
    assert openpyxl.load_workbook(tmp_path / "out" / "assessments.xlsx").sheetnames == [
        "说明 about",
        "核定结果 assessed",
    ]
    drawn = [line for line in said.splitlines() if line[:1] in "┏┃┡│└"]
    assert max(map(cell_len, drawn)) <= 100


def test_file__what_if_another_order(fake: FakeAssessor, folder: Path, queue: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = typed(folder, "--file", queue, "--order", "smallest-first", "--to", out)
    assert "what if: the smallest first" in said
    assert "gain: B, C; lose: A; in all +0.0 kW" in said
    rows = pd.read_excel(out / "assessments.xlsx", sheet_name="对比 comparison")
    assert rows.iloc[:, 8].tolist() == [-60.0, 30.0, 30.0]
    listed = tmp_path / "order.csv"
    listed.write_text("C\nA\nB\n", encoding="utf-8")
    chinese = typed(folder, "--file", queue, "--order", listed, lang="zh")
    assert "得益：C；受损：A, B" in chinese


def test_file__a_sheet_per_application_under_a_name_that_windows_takes(
    fake: FakeAssessor, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "queue.csv"
    path.write_text(ROWS.replace("\nA,", "\n../A?,").replace("\nB,", "\nassessments,"), encoding="utf-8")
    out = tmp_path / "out"
    typed(folder, "--file", path, "--to", out, "--sheets", lang="zh")
    assert sorted(one.name for one in out.iterdir()) == [
        "C.pdf", "C.xlsx", "_A_.pdf", "_A_.xlsx", "assessments-2.pdf", "assessments-2.xlsx", "assessments.xlsx",
    ]  # fmt: skip


def test_file__for_programs(fake: FakeAssessor, folder: Path, queue: Path) -> None:
    found = json.loads(typed(folder, "--file", queue, "--order", "file", "--json"))
    first, other = found["orders"]
    assert (first["totals"]["promised_kw"], other["totals"]["promised_kw"]) == (100.0, 100.0)
    assert [one["application_id"] for one in first["answers"]] == ["A", "B", "C"]
    assert first["answers"][0]["answer"]["verdict"] == "yes"
    assert [row["outcome"] for row in found["comparison"]] == ["same", "same", "same"]


def test_file__what_is_not_answered_is_said_and_exits_one(
    fake: FakeAssessor, folder: Path, queue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = FakeAssessor._answer

    def refuses(self: FakeAssessor, request: object, left_kw: float, hours: bool) -> object:
        return answer(self, request, left_kw, hours) if request.kw != 50.0 else _refused()  # type: ignore[attr-defined,arg-type]  # a request

    monkeypatch.setattr(FakeAssessor, "_answer", refuses)
    said = typed(folder, "--file", queue, code=1)
    assert "B: the point lies in a lake" in said
    assert "1 not answered" in said
    found = json.loads(typed(folder, "--file", queue, "--json", code=1))
    assert found["orders"][0]["answers"][1] == {
        "application_id": "B", "answer": None, "faults": {"zh": "在湖里", "en": "the point lies in a lake"},
    }  # fmt: skip


def _refused() -> object:
    from capacity.errors import RequestError

    raise RequestError(["在湖里"], ["the point lies in a lake"])


def test_file__problems_of_the_file_before_anything_is_opened(
    fake: FakeAssessor, folder: Path, tmp_path: Path, failing: Failing
) -> None:
    path = tmp_path / "queue.csv"
    path.write_text(
        "application_id,customer_kind,p_kw,transformer_id\nA,other,0,T1\nB,emperor,5,T1\n", encoding="utf-8"
    )
    said = failing(folder, "--file", path, "--to", tmp_path / "out")
    assert "row 2" in said
    assert "row 3" in said
    assert not (tmp_path / "out").exists()
    assert not hasattr(fake, "opened_with")
    path.write_text(ROWS, encoding="utf-8")
    assert "not in the list" in failing(folder, "--file", path, "--order", _written(tmp_path / "o.csv", "A\n"))
    typed(folder, "--file", path, "--sheets", code=2)


def _written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path
