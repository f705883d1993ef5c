"""Busbar voltages of a ledger: a stated one, or a measured curve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.case.folder.columnar import no_profiles
from capacity.case.ledger import sentences as say
from capacity.case.ledger.network import ASSUMED_BUSBAR_KV, NOMINAL_KV
from capacity.case.ledger.sheets import VOLTAGE_SHEET
from capacity.case.ledger.workbook import Workbook
from capacity.tables.case import Window
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.issue import Issue
from capacity.tables.settings import BusbarVoltage, CaseSettings


def busbar_voltages(book: Workbook, as_of: pd.Timestamp) -> tuple[dict[str, BusbarVoltage], pd.DataFrame, list[Issue]]:
    """The voltage of every busbar for ``case.toml``, the profiles of measured ones (per unit), and what was filled.

    A measured curve covers the year before ``as_of``; steps it lacks take the stated busbar voltage, and are counted.
    Of two readings of one step the first counts, and the others are named.
    """
    window = Window.before(as_of, CaseSettings.model_fields["step_minutes"].default).timestamps
    measured = book.tables[VOLTAGE_SHEET.key]
    voltages: dict[str, BusbarVoltage] = {}
    curves: dict[str, np.ndarray] = {}
    issues: list[Issue] = []
    for station in book.tables["substations"].itertuples():
        one = str(station.substation_id)
        stated = float(station.busbar_kv) if pd.notna(station.busbar_kv) else ASSUMED_BUSBAR_KV
        own = measured[measured["substation_id"] == one]
        if own.empty:
            voltages[one] = BusbarVoltage(source="setpoint", vm_pu=stated / NOMINAL_KV)
            continue
        once = own.drop_duplicates("timestamp").set_index("timestamp")["kv"]
        curve = once.reindex(window)
        profile = f"{one}/vm_pu"
        voltages[one] = BusbarVoltage(source="measured", vm_pu=stated / NOMINAL_KV, profile=profile)
        curves[profile] = curve.fillna(stated).to_numpy() / NOMINAL_KV
        filled, repeated = int(curve.isna().sum()), len(own) - len(once)
        if filled or repeated:
            issues.append(_filled(book.file, one, filled, len(window), stated, repeated))
    if not curves:
        return voltages, no_profiles(), issues
    return voltages, pd.DataFrame({TIMESTAMP: window, **curves}), issues


def _filled(file: str, station: str, filled: int, steps: int, stated_kv: float, repeated: int) -> Issue:
    return say.issue(
        "warning",
        "busbar_voltage_filled",
        file,
        VOLTAGE_SHEET,
        f"Sheet '{VOLTAGE_SHEET.title}', substation '{station}': {filled} of {steps} steps are not measured and "
        f"take {stated_kv:g} kV; {repeated} repeated row(s) were left out.",
        f"工作表“{VOLTAGE_SHEET.title}”变电站“{station}”：{steps} 个时刻中有 {filled} 个没有实测电压，"
        f"按 {stated_kv:g} kV 处理；{repeated} 行重复，未采用。",
        column="kv",
        ids=(station,),
        effect="assumed",
    )
