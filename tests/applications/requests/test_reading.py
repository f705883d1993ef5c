"""Requests from files: what each row asks for, every problem at once, and the orders they can stand in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from capacity.applications.register import add, applications, as_frame, create_register
from capacity.applications.register.files import write_csv, write_xlsx
from capacity.applications.requests.orders import ORDERS, in_listed_order, in_order, read_order
from capacity.applications.requests.reading import Filed, read_requests
from capacity.errors import InputError
from capacity.tables.places import PlaceRequest
from capacity.tables.register import Facts

HEAD = "application_id,customer_kind,p_kw,longitude,latitude,node_id,transformer_id,received_at,urgent_kw,energise_on"


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "requests.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8-sig")
    return path


def filed(folder: Path, *rows: str) -> tuple[Filed, ...]:
    return read_requests(written(folder, *rows)).filed


def names(found: tuple[Filed, ...]) -> list[str]:
    return [one.application_id for one in found]


def test_read__a_row_becomes_a_request(tmp_path: Path) -> None:
    row = "A1,small_business,60,99.203,25.103,N1,T1,2026-10-12 09:30,20,2027-01-15"
    (one,) = filed(tmp_path, row)
    asked = one.request
    assert asked.place == PlaceRequest(longitude=99.203, latitude=25.103)
    assert (asked.kw, asked.urgent_kw, asked.customer_kind, asked.phases) == (60.0, 20.0, "small_business", 3)
    assert (asked.application_id, asked.energise_on) == ("A1", dt.date(2027, 1, 15))
    assert (asked.applied_on, one.row, one.received_at) == (dt.date(2026, 10, 12), 2, dt.datetime(2026, 10, 12, 9, 30))


def test_read__node_before_transformer_and_missing_stays_missing(tmp_path: Path) -> None:
    by_node, by_transformer = filed(tmp_path, "A1,other,5,,,N1,T1,,,", "A2,resident,5,,,,T1,,,")
    assert by_node.request.place == PlaceRequest(node_id="N1")
    assert by_transformer.request.place == PlaceRequest(transformer_id="T1")
    asked = by_node.request
    assert (asked.power_factor, asked.area_class, asked.category) == (None, None, None)
    assert (asked.energise_on, asked.urgent_kw, asked.applied_on, by_node.received_at) == (None, None, None, None)


def test_read__chinese_headings_words_and_dual_supply(tmp_path: Path) -> None:
    path = written(tmp_path, "甲1,其他用户,800,高压,双电源,99.2,25.1,三相",
                   head="申请编号,客户类别,申请容量,接入电压,电源,经度,纬度,相数")  # fmt: skip
    (one,) = read_requests(path, shape="industrial", applied_on=dt.date(2026, 11, 3)).filed
    assert one.request.place == PlaceRequest(99.2, 25.1, dual_supply=True)
    assert (one.request.shape, one.request.applied_on) == ("industrial", dt.date(2026, 11, 3))


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_read__takes_what_the_register_exports(tmp_path: Path, suffix: str) -> None:
    register = create_register(str(tmp_path / "register.db"))
    facts = Facts(p_kw=30.0, customer_kind="resident", transformer_id="T1", phases="1", category="residential")
    name = add(register, facts, who="li").application_id
    path = tmp_path / f"export.{suffix}"
    (write_csv if suffix == "csv" else write_xlsx)(as_frame(register, applications(register)), path)
    (one,) = read_requests(path).filed
    assert (one.application_id, one.request.kw, one.request.phases) == (name, 30.0, 1)
    assert (one.request.category, one.request.customer_kind) == ("residential", "resident")
    register.engine.dispose()


def test_read__every_problem_at_once_with_row_and_remedy(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "A1,other,0,99.2,25.1,,,,,",  # no power
        "A2,emperor,ten,99.2,25.1,,,,,",  # no such kind, no number
        "A3,other,10,99.2,,,,,20,",  # half a place, more urgent than asked for
        "A3,other,10,99.2,25.1,,,,,soon",  # no date
    )
    with pytest.raises(InputError) as caught:
        read_requests(path)
    found = {(issue.ids[0], issue.column) for issue in caught.value.issues}
    assert {("row 2", "p_kw"), ("row 3", "customer_kind"), ("row 3", "p_kw"), ("row 4", "longitude"),
            ("row 4", "urgent_kw"), ("row 5", "energise_on")} <= found  # fmt: skip
    for issue in caught.value.issues:
        assert issue.file == "requests.csv"
        assert issue.sentence_en
        assert issue.sentence_zh


def test_read__rows_without_a_place_stay_and_are_named(tmp_path: Path) -> None:
    head = "application_id,customer_kind,p_kw,voltage,feeder_id,transformer_id"
    path = written(tmp_path, "A1,other,100,hv,F1,", "A2,other,5,lv,,T1", "A3,other,5,lv,,", head=head)
    found = read_requests(path)
    assert names(found.filed) == ["A1", "A2", "A3"]
    assert [one.request.place for one in found.filed] == [
        PlaceRequest(),
        PlaceRequest(transformer_id="T1"),
        PlaceRequest(),
    ]
    assert [(note.severity, note.ids) for note in found.notes] == [
        ("warning", ("row 2", "A1")),
        ("warning", ("row 4", "A3")),
    ]
    assert "feeder alone" in found.notes[0].sentence_en


def test_read__what_is_not_open_is_left_out_and_named(tmp_path: Path) -> None:
    head = "application_id,customer_kind,p_kw,transformer_id,status"
    path = written(tmp_path, "A1,other,5,T1,accepted", "A2,other,5,T1,", "A3,other,5,T1,withdrawn", head=head)
    found = read_requests(path)
    assert names(found.filed) == ["A2"]
    (note,) = found.notes
    assert (note.severity, note.ids) == ("info", ("A1", "A3"))
    with pytest.raises(InputError, match="not open any more"):
        read_requests(written(tmp_path, "A1,other,5,T1,accepted", head=head))


def test_read__files_without_requests(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no request"):
        read_requests(written(tmp_path))
    with pytest.raises(InputError, match="cannot be opened"):
        read_requests(tmp_path / "absent.csv")


QUEUE = (
    "B,other,50,,,,T1,2026-10-02,,",
    "A,other,30,,,,T1,2026-10-02,,",
    "C,other,10,,,,T1,,5,2027-03-01",
    "D,other,30,,,,T1,2026-10-01,20,2027-01-01",
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("received", "DABC"), ("file", "BACD"), ("smallest-first", "CDAB"), ("urgent-first", "DCAB")],
)
def test_in_order__is_what_it_says(tmp_path: Path, order: str, expected: str) -> None:
    found = in_order(filed(tmp_path, *QUEUE), order)
    assert "".join(names(found)) == expected
    assert found == in_order(tuple(reversed(found)), order)
    assert set(ORDERS) == {"received", "file", "smallest-first", "urgent-first"}


def test_in_listed_order__as_listed_or_every_difference_named(tmp_path: Path) -> None:
    queue = filed(tmp_path, *QUEUE)
    assert "".join(names(in_listed_order(queue, list("CBDA"), "o.csv"))) == "CBDA"
    with pytest.raises(InputError) as caught:
        in_listed_order(queue, list("CBBX"), "o.csv")
    assert {issue.check: issue.ids for issue in caught.value.issues} == {
        "order.missing": ("A", "D"), "order.unknown": ("X",), "order.repeated": ("B",),
    }  # fmt: skip


@pytest.mark.parametrize("heading", ["", "application_id\n", "申请编号,备注\n"])
def test_read_order__one_id_a_row(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "order.csv"
    path.write_bytes((heading + "C,first\n\nA,\nB\n").encode("gb18030"))
    assert read_order(path) == ("C", "A", "B")


def test_read_order__from_excel_keeps_long_numbers(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    pd.DataFrame({"申请编号": [20260012345.0, 20260012346.0]}).to_excel(path, index=False)
    assert read_order(path) == ("20260012345", "20260012346")
    empty = tmp_path / "empty.csv"
    empty.write_text("application_id\n", encoding="utf-8")
    with pytest.raises(InputError, match="lists no application"):
        read_order(empty)
