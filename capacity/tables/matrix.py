"""Matrix of futures (scenario × year × draw): what each cell found, and the fan over its draws."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.words import Word

Basis = Literal["critical_steps", "full_year"]
FullYear = Literal["none", "last", "central"]
BASIS = {
    "critical_steps": Word(
        "仅计算关键时刻：最高负载率精确（配变），电压、线路负载率与可开放容量取自所选时刻",
        "critical steps only: transformers' highest load rates are exact, voltages, line loadings and allowed capacity "
        "are those of the chosen steps",
    ),
    "full_year": Word("全年逐时刻计算", "every step of the year"),
}
LEVELS = ("area", "transformer", "feeder", "substation")
TRIGGERS = ("p3", "p4", "p5", "p6", "p10")
TRIGGER = {
    "p3": Word("P3 可立项", "P3 may be initiated"),
    "p4": Word("P4 必须立项", "P4 must be initiated"),
    "p5": Word("P5 预管控", "P5 pre-control"),
    "p6": Word("P6 报装后超限", "P6 connection exceeds"),
    "p10": Word("P10 低电压", "P10 low voltage"),
}
STATES = ("no_data", "blocked", "pre_control", "open")

CELLS = table(
    "matrix_cells",
    "情景矩阵结果",
    "cells of a matrix",
    "One row per element of a cell: an area, a distribution transformer, a feeder or a substation.",
    {
        "scenario": text("情景", "scenario"),
        "year": count("年份", "year"),
        "draw": count("抽样号", "draw", "0 is the central draw."),
        "basis": text("计算口径", "basis", "Which steps were solved.", choices=tuple(BASIS)),
        "level": text("层级", "level", choices=LEVELS),
        "element_id": text("编号", "id"),
        "area_id": text("网格编号", "area id", missing="not in one area"),
        "max_loading_percent": number("最高负载率", "max load rate", "%", missing="not known", at_least=0.0),
        "max_loading_at": moment("最高负载时刻", "at", missing="not known"),
        "voltage_min_pu": number("最低电压", "lowest voltage", "pu", missing="not known"),
        "voltage_min_at": moment("最低电压时刻", "at", missing="not known"),
        "allowed_sum_kva": number("允许接入容量合计", "allowed, plain sum", "kVA", missing="unknown, or not an area"),
        "allowed_kva": number("可开放容量", "allowed", "kVA", "Areas: P8; transformers: P7.", missing="unknown"),
        "status": text("状态", "status", choices=STATES, missing="not an area"),
        **{code: count(word.zh, word.en, missing="not known, or not at this level") for code, word in TRIGGER.items()},
        "added_kw": number("新增负荷", "load on top", "kW", "Peaks of what comes on top, summed.", missing="no such"),
        "added_generation_kw": number("新增发电", "generation on top", "kW", missing="no such"),
    },
)  # fmt: skip

FAN = table(
    "matrix_fan",
    "触发数量扇形",
    "triggers per year",
    "How many areas raise a rule in a year, over the draws; the central draw stands beside them.",
    {
        "scenario": text("情景", "scenario"),
        "year": count("年份", "year"),
        "quantity": text("项目", "quantity", "A rule: areas that raise it; allowed_kva: the areas' sum."),
        "basis": text("计算口径", "basis", "Of the draws.", choices=tuple(BASIS), missing="no draws"),
        "draws": count("抽样数", "draws", "Draws besides the central one."),
        "p10_value": number("10%分位", "10 %", "1", missing="no draws, or no area is known"),
        "median_value": number("中位数", "median", "1", missing="no draws, or no area is known"),
        "p90_value": number("90%分位", "90 %", "1", missing="no draws, or no area is known"),
        "central_value": number("中心抽样", "central draw", "1", missing="not computed, or no area is known"),
        "central_basis": text("中心抽样口径", "central basis", choices=tuple(BASIS), missing="not computed"),
        "unknown_areas": count("未知网格数", "unknown areas", "In no figure; the most in one draw."),
    },
)  # fmt: skip


OUTLOOK = table(
    "matrix_areas",
    "网格展望",
    "outlook of areas",
    "How likely an area raises each rule in a year, over the draws, and what it can then take.",
    {
        "scenario": text("情景", "scenario"),
        "year": count("年份", "year"),
        "area_id": text("网格编号", "area id"),
        "draws": count("抽样数", "draws", "The central draw alone where there are no others."),
        "max_loading_p10_percent": number("最高负载率10%分位", "max load rate, 10 %", "%", missing="not known"),
        "max_loading_median_percent": number("最高负载率中位数", "max load rate, median", "%", missing="not known"),
        "max_loading_p90_percent": number("最高负载率90%分位", "max load rate, 90 %", "%", missing="not known"),
        **{
            f"{code}_percent": number(f"{word.zh}概率", f"{word.en}, probability", "%", missing="not known")
            for code, word in TRIGGER.items()
        },
        "allowed_median_kva": number("可开放容量中位数", "allowed, median", "kVA", missing="unknown"),
        "voltage_min_median_pu": number("最低电压中位数", "lowest voltage, median", "pu", missing="not known"),
    },
)


class CellFacts(BaseModel):
    """What is known about a cell besides its figures; it travels in the cell's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str
    year: int
    draw: int
    basis: Basis
    key: str = Field(description="hash of everything that decides about the cell")
    steps: int = Field(default=0, description="solved")
    steps_by_reason: dict[str, int] = Field(default_factory=dict, description="chosen steps; some for several reasons")
    steps_failed: int = 0
    adopters: int = 0
    seconds: float = 0.0


class MatrixRecord(BaseModel):
    """``matrix.json``: what a matrix was made from, which cells it has, and what its figures rest on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    case_name: str
    case_title_zh: str = ""
    case_title_en: str = ""
    as_of: dt.date
    synthetic: bool
    input_hashes: dict[str, str]
    policy: str
    scenarios: dict[str, str] = Field(description="SHA-256 of each scenario's content by its name")
    years: tuple[int, ...]
    draws: int = Field(description="random draws 1 … n of every scenario and year, besides the central draw 0")
    seed: int
    full_year: FullYear
    basis_zh: str
    basis_en: str
    cells: int
    cells_kept: int = Field(description="taken over from before: nothing that decides about them had changed")
    cells_failed: tuple[str, ...] = Field(default=(), description="cell and sentence")
    critical_steps_mean: float = Field(description="solved per cell of critical steps")
    program: str
    wall_time_s: float
