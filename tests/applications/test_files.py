"""Import and export: everything back as it was, every problem at once, all or nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import desks
import pandas as pd
import pytest
from hand_case import hand_case

from capacity import desk, policy
from capacity.applications import register as reg
from capacity.applications.register.files import read_file, write_csv, write_xlsx
from capacity.case import load_case
from capacity.errors import InputError
from capacity.tables._schema import conform
from capacity.tables.inputs.applications import APPLICATIONS

RULES = policy.load_policy("baoshan-2021")
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


@pytest.fixture
def here(tmp_path: Path) -> reg.Register:
    return reg.create_register(str(tmp_path / "here.db"))


@pytest.fixture
def there(tmp_path: Path) -> reg.Register:
    return reg.create_register(str(tmp_path / "there.db"))


def filled(register: reg.Register) -> reg.Register:
    """One application of every status, with every column used somewhere."""
    everything = desks.facts(
        30.0, "T1", category="commercial", area_class="town", urgent_kw=10.5, phases="3", longitude=99.17,
        latitude=25.12, works_option="larger_transformer:T1", works_kva=200.0,
        energise_on=dt.date(2099, 5, 6), customer='=HYPERLINK("x")', note='张三, "二楼"\n后院',
    )  # fmt: skip
    reg.add(register, everything, who="li")
    for steps in (("offer",), ("offer", "accept"), ("offer", "accept", "energise"), ("withdraw",), ("expire",)):
        name = reg.add(register, desks.facts(10.0), who="li").application_id
        for step in steps:
            if step == "accept":
                reg.accept_with(register, name, desks.judging(), who="li")
            elif step in ("withdraw", "expire"):
                getattr(reg, step)(register, name, who="li", why="-")
            else:
                getattr(reg, step)(register, name, who="li")
    return register


@pytest.mark.parametrize("kind", WRITERS)
def test_export_and_import__bring_everything_back(
    here: reg.Register, there: reg.Register, tmp_path: Path, kind: str
) -> None:
    snapshot = reg.take_snapshot(filled(here))
    path = tmp_path / f"applications.{kind}"
    WRITERS[kind](snapshot.applications, path)
    done = desk.import_file(there, path, RULES, who="wang", case=hand_case())
    assert len(done.added) == 6
    columns = [name for name in snapshot.applications if name not in ("version", "substation_id")]
    again = reg.take_snapshot(there).applications
    if kind == "xlsx":  # Excel keeps milliseconds as fractions of a day
        for name in ("received_at", "energised_at"):
            again[name] = again[name].dt.round("s")
    pd.testing.assert_frame_equal(again[columns], snapshot.applications[columns])
    assert reg.verify_history(there) == ()
    assert desk.import_file(there, path, RULES, who="wang").known == done.added


def test_write_csv__opens_in_excel_and_holds_no_formula(here: reg.Register, tmp_path: Path) -> None:
    write_csv(reg.take_snapshot(filled(here)).applications, tmp_path / "a.csv")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK" in data.decode("utf-8-sig")


def test_import__headings_and_words_of_people(there: reg.Register, tmp_path: Path) -> None:
    path = tmp_path / "报装.csv"
    rows = "申请编号,客户类别,申请容量,接入电压,用电类别,地区类别,相数,期望送电日期,配变编号\n"
    rows += 'B1,居民,8,低压,居民,农村,单相,2099年5月6日,T1\nB2,Other customer,"1,200",HV,,,3,2099/5/6,T2\n'
    path.write_bytes(rows.encode("gb18030"))
    assert desk.import_file(there, path, RULES, who="li").added == ("B1", "B2")
    one, two = reg.applications(there)
    assert one.facts == dataclasses.replace(
        desks.facts(8.0, "T1"), customer_kind="resident", power_factor=None, category="residential",
        area_class="rural", phases="1", energise_on=dt.date(2099, 5, 6),
    )  # fmt: skip
    assert (two.facts.p_kw, two.facts.voltage, two.facts.customer_kind) == (1200.0, "hv", "other")
    assert [stamp.event for stamp in one.stamps] == ["imported"]


def test_import__tells_every_problem_with_row_and_id_and_writes_nothing(there: reg.Register, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "application_id,customer_kind,p_kw,voltage,transformer_id,status,energised_at,energise_on,colour\n"
        "C1,resident,ten,lv,T1,,,,\n"
        "C2,emperor,10,lv,T1,,,,\n"
        "C3,other,500,lv,T1,,,,\n"
        "C4,other,10,lv,T9,accepted,,,\n"
        "C5,other,10,lv,T1,energised,,,\n"
        "C6,other,10,lv,,,,soon,\n"
        "C7,other,10,lv,T1,,,,\n"
        "C7,other,10,lv,T1,,,,\n"
        ",other,10,lv,T1,,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        desk.import_file(there, path, RULES, who="li", case=hand_case())
    told = [(issue.column, *issue.ids) for issue in caught.value.issues]
    assert told == [
        ("colour",),
        ("p_kw", "row 2", "C1"),
        ("customer_kind", "row 3", "C2"),
        ("energise_on", "row 7", "C6"),
        ("application_id", "row 10"),
        ("application_id", "row 8", "row 9", "C7"),
        ("p_kw", "row 4", "C3"),
        ("transformer_id", "row 5", "C4"),
        ("energised_at", "row 6", "C5"),
    ]
    assert all(issue.file == "a.csv" and issue.sentence_zh for issue in caught.value.issues)
    assert reg.applications(there) == []


def test_import__accepted_without_a_case_cannot_be_reserved(there: reg.Register, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("application_id,customer_kind,p_kw,transformer_id,status\nD1,other,10,T1,accepted\n", "utf-8")
    with pytest.raises(InputError, match="--case"):
        desk.import_file(there, path, RULES, who="li")
    desk.import_file(there, path, RULES, who="li", case=hand_case())
    one = reg.application(there, "D1")
    assert one.reserved_kva == pytest.approx(10.0 / 0.95)
    assert {version.element_id for version in reg.take_snapshot(there).versions} == {"T1", "F1", "S1"}


def test_import__what_the_register_holds_otherwise_is_for_a_person(there: reg.Register, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("application_id,customer_kind,p_kw,transformer_id\nE1,other,10,T1\n", "utf-8")
    desk.import_file(there, path, RULES, who="li")
    path.write_text("application_id,customer_kind,p_kw,transformer_id\nE1,other,12,T1\nE2,other,5,T1\n", "utf-8")
    with pytest.raises(InputError, match="another p_kw"):
        desk.import_file(there, path, RULES, who="li")
    assert [one.facts.p_kw for one in reg.applications(there)] == [10.0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xff\xfe\x00"])
def test_read_file__of_another_kind(tmp_path: Path, content: bytes) -> None:
    for suffix in (".csv", ".xlsx"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(content)
        lines, issues = read_file(path)
        assert lines == []
        assert issues
    assert read_file(tmp_path / "absent.csv")[1][0].sentence_zh


def test_migrate_case__takes_applications_csv_over(there: reg.Register) -> None:
    rows = {
        "application_id": ["M1", "M2", "M3", "M4"],
        "transformer_id": ["T1", "T2", "T2", "T1"],
        "p_kw": [20.0, 30.0, 40.0, 50.0],
        "status": ["accepted", "energised", "received", "withdrawn"],
        "received_at": pd.to_datetime(["2025-03-01 09:00", None, None, None]),
    }
    case = hand_case(applications=conform(pd.DataFrame(rows), APPLICATIONS))
    assert desk.migrate_case(there, case, RULES, who="li").added == ("M1", "M2", "M3", "M4")
    taken = reg.take_snapshot(there).applications.set_index("application_id")
    assert taken.at["M1", "reserved_kw"] == 20.0
    assert taken.at["M1", "received_at"] == pd.Timestamp("2025-03-01 09:00")
    assert taken["reserved_kw"].notna().sum() == 1  # M2 was energised long ago: the case holds its load
    assert reg.verify_history(there) == ()
    assert desk.migrate_case(there, case, RULES, who="li").added == ()


def test_migrate_case__the_bundled_case_with_a_request_from_nowhere(there: reg.Register, bundled: Path) -> None:
    case = load_case(bundled)
    done = desk.migrate_case(there, case, RULES, who="li")
    assert done.placeless == ("YK2026-0103",), "received, but not yet located"
    assert len(done.added) == len(case.applications)
    reserved = {one.application_id for one in reg.applications(there) if one.reserved_kva}
    assert reserved == set(case.applications.loc[case.applications["status"].eq("accepted"), "application_id"])
