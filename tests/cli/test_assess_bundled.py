"""``capacity assess`` on the bundled case, with the assessor itself: the walk of docs/connecting.md."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from capacity import desk
from capacity.applications import register as reg
from capacity.case import load_case
from capacity.case.synthetic import build_bundled_case
from capacity.cli import app
from capacity.policy import policy_of

pytestmark = pytest.mark.whole
RUNNER = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundled = Path(__file__).resolve().parents[2] / "networks" / "lanxi"
    here = tmp_path_factory.mktemp("case") / "lanxi"
    if (bundled / "network.json").exists():
        shutil.copytree(bundled, here)
    else:
        build_bundled_case(here)
    return here


def typed(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["--lang", "en", *map(str, words)], terminal_width=100)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.stdout


def test_walk__asked_recorded_accepted_and_asked_again(folder: Path, tmp_path: Path) -> None:
    """What one customer was promised is gone for the next, and a second desk cannot promise it again."""
    url, case = str(tmp_path / "register.db"), load_case(folder)
    register = reg.create_register(url)
    placed = case.applications["transformer_id"].notna() | case.applications["node_id"].notna()
    desk.migrate_case(register, replace(case, applications=case.applications[placed]), policy_of(case), who="li")
    asked = ("assess", folder, "--node", "T0102-M5P2", "--kw", 60, "--json", "--register", url)
    before = _allowed(typed(*asked))
    name = _added(register)
    said = typed("applications", "accept", name, "--register", url, "--assess", "--case", folder, "--who", "li")
    assert "reserved, checked against" in said
    accepted = reg.application(register, name)
    assert accepted.status == "accepted"
    after = _allowed(typed(*asked))
    assert before - after == pytest.approx(accepted.reserved_kva, rel=0.15)
    register.engine.dispose()


def _added(register: reg.Register) -> str:
    from capacity.tables.register import Facts

    facts = Facts(p_kw=60.0, customer_kind="small_business", node_id="T0102-M5P2", transformer_id="T0102")
    name = reg.add(register, facts, who="li").application_id
    reg.offer(register, name, who="li")
    return name


def _allowed(document: str) -> float:
    """Room at the node asked about, as the document for programs states it."""
    options = json.loads(document)["options"]
    here = next(one for one in options if one["key"] == "lv_node:T0102-M5P2")
    return float(here["figures"]["within_limit"]["kva"])


def test_queue__another_order_promises_other_kilowatts(folder: Path, tmp_path: Path) -> None:
    """Three customers on one long line: as received the first takes what the others would have had."""
    path, out = tmp_path / "queue.csv", tmp_path / "out"
    path.write_text(
        "application_id,customer_kind,p_kw,transformer_id,received_at\n"
        "A,other,80,T2001,2026-10-05\nB,small_business,60,T2002,2026-10-06\nC,small_business,30,T2003,2026-10-07\n",
        encoding="utf-8-sig",
    )
    found = json.loads(typed("assess", folder, "--file", path, "--order", "smallest-first", "--to", out, "--json"))
    rows = pd.DataFrame(found["comparison"]).set_index("application_id")
    assert rows.loc["A", "outcome"] == "loses"
    assert rows.loc["C", "outcome"] == "gains"
    first, other = (order["totals"]["promised_kw"] for order in found["orders"])
    assert rows["difference_kw"].sum() == pytest.approx(other - first)
    assert first < 170.0
    assert other < 170.0
    assert (out / "assessments.xlsx").exists()
