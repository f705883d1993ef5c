"""What the service tells: the basis of its answers, applications, time limits, words; as plain JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pandas as pd
from starlette.responses import JSONResponse

from capacity.applications.register import EVENTS
from capacity.service.keys import Key
from capacity.service.state import Service
from capacity.tables import words
from capacity.tables.register import Application, Claim
from capacity.tables.words import Word

INTERNAL = Word("内部资料，不得公开", "internal, not for publication")
_KINDS: Mapping[str, Mapping[str, Word]] = {
    "application_status": words.APPLICATION_STATUS,
    "area_class": words.AREA_CLASS,
    "category": words.CATEGORY,
    "criterion": words.CRITERION,
    "customer_kind": words.CUSTOMER_KIND,
    "due_state": words.DUE_STATE,
    "ownership": words.OWNERSHIP,
    "payer": words.PAYER,
    "phases": words.PHASES,
    "place_certainty": words.PLACE_CERTAINTY,
    "place_kind": words.PLACE_KIND,
    "project_stage": words.PROJECT_STAGE,
    "reason": words.REASON,
    "register_event": words.REGISTER_EVENT,
    "shape": words.SHAPE,
    "status": words.STATUS,
    "supply": words.SUPPLY,
    "verdict": words.VERDICT,
    "voltage": words.LEVEL,
    "zero_investment": words.ZERO_INVESTMENT,
}


class Plain(JSONResponse):
    """JSON as the standard has it: without NaN, and quick."""

    def render(self, content: Any) -> bytes:
        """The bytes of ``content``."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def word(entry: Word) -> dict[str, str]:
    """Both languages."""
    return {"zh": entry.zh, "en": entry.en}


def known_words() -> dict[str, dict[str, dict[str, str]]]:
    """The words of every code that the service uses, by kind of code."""
    return {kind: {code: word(entry) for code, entry in known.items()} for kind, known in _KINDS.items()}


def basis_of(service: Service, key: Key) -> dict[str, Any]:
    """What answers rest on, and what the caller may do."""
    basis, settings = service.assessor.basis, service.case.settings
    numbers = settings.service_numbers
    return {
        "banner": word(INTERNAL),
        "case": basis.case_name,
        "title": word(basis.title),
        "as_of": basis.as_of.isoformat(),
        "time_zone": settings.time_zone,
        "synthetic": basis.synthetic,
        "policy": basis.policy_name,
        "window_from": basis.window_from.isoformat(),
        "window_to": basis.window_to.isoformat(),
        "step_minutes": basis.step_minutes,
        "power_factor": basis.power_factor,
        "values": {name: _number(value) for name, value in basis.values.items()},
        "remarks": [word(one) for one in basis.remarks],
        "register": service.register is not None,
        "register_sha256": basis.register_sha256 or None,
        "sheets": sorted(service.sheets),
        "regulator_phone": numbers.regulator,
        "company_phone": numbers.company,
        "key": {"key_id": key.key_id, "name": key.name, "role": key.role},
        "program_version": version("capacity"),
    }


def application_of(one: Application, due: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """An application with its history, and what is due."""
    facts = dataclasses.asdict(one.facts)
    return {
        "application_id": one.application_id,
        "version": one.version,
        "status": one.status,
        **{name: value.isoformat() if isinstance(value, dt.date) else value for name, value in facts.items()},
        "reserved_kw": one.reserved_kw,
        "reserved_kva": one.reserved_kva,
        "claim": _claim(one.claim),
        "received_at": one.received_at.isoformat() if one.received_at else None,
        "energised_at": one.energised_at.isoformat() if one.energised_at else None,
        "offer_valid_until": one.offer_valid_until.isoformat() if one.offer_valid_until else None,
        "may": [name for name, event in EVENTS.items() if one.status in event.before],
        "history": [
            {
                "event": stamp.event,
                "status": stamp.status,
                "at": stamp.at.isoformat(),
                "who": stamp.who,
                "why": stamp.why,
                "sentence": _told(stamp.event, stamp.details),
            }
            for stamp in one.stamps
        ],
        "due": list(due),
    }


def due_of(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Time limits (rows of ``DUE``)."""
    return [
        {
            "application_id": row["application_id"],
            "step": {"zh": row["step_zh"], "en": row["step_en"]},
            "state": row["state"],
            "due_on": None if pd.isna(row["due_on"]) else row["due_on"].date().isoformat(),
            "working_days_left": None if pd.isna(row["days_left"]) else int(row["days_left"]),
            "remark": None if pd.isna(row["remark_zh"]) else {"zh": row["remark_zh"], "en": row["remark_en"]},
        }
        for row in rows.to_dict("records")
    ]


def _claim(claim: Claim | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    return {
        "verdict": claim.verdict,
        "figure_kva": _number(claim.figure_kva),
        "reserved_kw": claim.reserved_kw,
        "reserved_kva": claim.reserved_kva,
        "basis": {"zh": claim.basis_zh, "en": claim.basis_en},
        "elements": [{"element_type": one.element_type, "element_id": one.element_id} for one in claim.elements],
    }


def _told(event: str, details: str) -> dict[str, str] | None:
    """What a refusal said."""
    if event != "refused":
        return None
    said = json.loads(details)
    return {"zh": said["sentence_zh"], "en": said["sentence_en"]}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
