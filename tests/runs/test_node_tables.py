"""Node capacity in the workbook and in comparisons: in words, rounded down, unknown and zero never confused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from sample_run import Recipe, build_run

from capacity.runs import compare_runs, write_comparison, write_summary
from capacity.runs.node_tables import figure_meaning, node_counts, node_rows, nodes_by_area, nodes_by_transformer
from capacity.tables.run import Run, Verification


def with_figures(run: Run, shape: str = "flat") -> Run:
    """Figures of every kind: rising ones, zero below T005, unknown below T014, none below the dedicated T020."""
    nodes = run.nodes.copy()
    nodes["allowed_kva"] = 30.07 + np.arange(len(nodes))
    nodes["binding_criterion"], nodes["binding_element"] = "line_loading", "L-" + nodes["node_id"]
    nodes["next_criterion"], nodes["next_element"], nodes["next_margin_kva"] = "voltage_min", nodes["node_id"], 4.99
    nodes["reason"], nodes["generation_kva"] = "ok", 12.34
    of = nodes["transformer_id"]
    nodes.loc[of.eq("T005"), ["allowed_kva", "binding_criterion", "reason"]] = [
        0.0,
        "voltage_min",
        "existing_violation",
    ]
    for name, reason in (("T014", "insufficient_data"), ("T020", "dedicated")):
        nodes.loc[of.eq(name), ["allowed_kva", "next_margin_kva", "generation_kva"]] = np.nan
        nodes.loc[of.eq(name), ["binding_criterion", "binding_element", "next_criterion", "next_element"]] = pd.NA
        nodes.loc[of.eq(name), "reason"] = reason
    return replace(run, nodes=nodes, manifest=run.manifest.model_copy(update={"node_shape": shape}))


@pytest.fixture(scope="module")
def run() -> Run:
    return with_figures(build_run())


def test_node_counts__every_node_is_in_one_class(run: Run) -> None:
    counts = node_counts(run.nodes)
    per = run.nodes["transformer_id"].value_counts()
    assert counts.zero == {"existing_violation": per["T005"]}
    assert counts.unknown == {"insufficient_data": per["T014"]}
    assert counts.not_counted == {"dedicated": per["T020"]} if "T020" in per else not counts.not_counted
    classes = (counts.zero, counts.unknown, counts.not_counted)
    assert counts.open + sum(sum(one.values()) for one in classes) == counts.total == len(run.nodes)
    assert counts.limits == {"line_loading": counts.open}


def test_node_counts__a_run_without_node_capacity() -> None:
    assert not node_counts(build_run().nodes.assign(reason="not_computed", allowed_kva=np.nan)).computed


def test_node_rows__in_words_and_never_above_the_figure(run: Run) -> None:
    rows = node_rows(run).set_index("node_id")
    figures = run.nodes.set_index("node_id")["allowed_kva"]
    shown = rows["allowed_kva"].reindex(figures.index)
    assert ((figures - shown).dropna().between(0.0, 0.1)).all()
    assert shown.isna().equals(figures.isna())
    first = rows.loc[run.nodes["node_id"].iloc[0]]
    assert first["limited_by"] == f"低压线路载流量 LV line current rating: L-{first.name}"
    assert first["next_margin_kva"] == 4.9


def test_digests__lowest_median_and_highest_of_the_known(run: Run) -> None:
    by_transformer = nodes_by_transformer(run).set_index("transformer_id")
    known = run.nodes[run.nodes["transformer_id"].eq("T001")]["allowed_kva"]
    assert by_transformer.loc["T001", "highest_kva"] == pytest.approx(known.max(), abs=0.1)
    assert by_transformer.loc["T005", ["lowest_kva", "highest_kva", "open"]].tolist() == [0.0, 0.0, 0]
    assert pd.isna(by_transformer.loc["T014", "lowest_kva"])
    by_area = nodes_by_area(run)
    assert by_area["nodes"].sum() == len(run.nodes)


@pytest.mark.parametrize(("shape", "said"), [("flat", "flat load"), ("residential", "peak kVA")])
def test_write_summary__node_sheets_and_cover(tmp_path: Path, shape: str, said: str) -> None:
    run = with_figures(build_run(), shape)
    sample = Verification(
        nodes=8, by_criterion={}, steps=100, reference_steps=0, false_open=1, false_blocked=0, full_window=False
    )
    write_summary(replace(run, manifest=run.manifest.model_copy(update={"verification": sample})), tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    sheet = book["节点容量 nodes"]
    assert said in str(sheet["A1"].value)
    assert sheet.max_row == len(run.nodes) + 2
    values = [row[4].value for row in sheet.iter_rows(min_row=3)]
    assert "未知 unknown" in values
    assert 0 in values
    cover = {row[0].value: row for row in book["封面 cover"].iter_rows() if row[0].value}
    assert cover["为零 at zero"][1].value == int((run.nodes["allowed_kva"] == 0.0).sum())
    tested = cover["节点容量抽样核验 node figures put to the test"]
    assert "too large: 1" in tested[1].value
    assert tested[1].font.color.rgb == "FFC00000"


def test_write_summary__too_many_nodes_leave_the_digests(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capacity.runs.workbook.MOST_NODES", 3)
    write_summary(run, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert "节点容量 nodes" not in book.sheetnames
    assert "nodes.parquet" in str(book["节点按网格 nodes by area"]["A1"].value)


def test_figure_meaning__names_the_shape(run: Run) -> None:
    assert "flat" in figure_meaning(run.manifest).en
    shaped = run.manifest.model_copy(update={"node_shape": "industrial"})
    assert "industrial day" in figure_meaning(shaped).en
    assert "工业典型日" in figure_meaning(shaped).zh


def test_compare_runs__nodes_that_moved_and_why(tmp_path: Path) -> None:
    before = with_figures(build_run(Recipe(accepted=())))
    after = with_figures(build_run(Recipe(accepted=(), peaks_percent={"T008": 54.0})))
    nodes = after.nodes.copy()
    mine = nodes["transformer_id"].eq("T008")
    nodes.loc[mine, "allowed_kva"] -= 5.0
    nodes.loc[nodes["transformer_id"].eq("T001"), "allowed_kva"] += 0.01  # the search's last digit
    comparison = compare_runs(before, replace(after, nodes=nodes))
    moved = comparison.nodes
    assert set(moved["transformer_id"]) == {"T008"}
    assert moved["change_kva"].tolist() == pytest.approx([-5.0] * int(mine.sum()))
    assert moved["cause_en"].str.contains("Smax moved by").all()
    assert compare_runs(before, before).nodes.empty
    write_comparison(comparison, tmp_path / "c.xlsx")
    assert openpyxl.load_workbook(tmp_path / "c.xlsx")["节点变化 nodes"].max_row == int(mine.sum()) + 2


@pytest.mark.parametrize("name", ["search_ceiling_kva", "existing_violation_epsilon_percent"])
def test_compare_runs__policy_values_that_move_nodes(name: str) -> None:
    before = with_figures(build_run(Recipe(policy_values={name: 1.0})))
    after = with_figures(build_run(Recipe(policy_values={name: 2.0})))
    nodes = after.nodes.assign(allowed_kva=after.nodes["allowed_kva"] * 2.0)
    moved = compare_runs(before, replace(after, nodes=nodes)).nodes
    assert len(moved) > 0
    assert moved["cause_en"].str.contains("policy value changed").all()


def test_compare_runs__another_shape_is_the_cause() -> None:
    before, after = with_figures(build_run()), with_figures(build_run(), "residential")
    nodes = after.nodes.assign(allowed_kva=after.nodes["allowed_kva"] + 10.0)
    moved = compare_runs(before, replace(after, nodes=nodes)).nodes
    assert moved["cause_en"].str.contains("shape of the load changed").all()
