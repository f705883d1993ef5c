"""The description of the API keeps its word: bounded fuzzing of every endpoint, well-formed and broken requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from fakes import FakeAssessor, Served, serving
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from capacity.applications.register import verify_history

CHECKS = [
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, assessor = tmp_path_factory.mktemp("fuzzed"), FakeAssessor(room_kva=1e9)
    made = serving(folder, assessor=assessor, hosts=("testserver", "127.0.0.1"))
    yield made
    made.service.close()


def test_api__answers_as_described(fuzzed: Served) -> None:
    described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", fuzzed.client.app)
    asked: Counter[str] = Counter()
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in schemathesis.GenerationMode:
            with suppress(Unsatisfiable):  # an endpoint without parameters has no request that does not fit
                _fuzz(operation.as_strategy(generation_mode=mode), fuzzed, lambda: asked.update([operation.label]))  # noqa: B023  # called at once
    assert len(asked) == 18
    assert min(asked.values()) >= 1
    assert sum(asked.values()) > 200


def _fuzz(cases: Any, fuzzed: Served, told: Callable[[], None]) -> None:
    @BOUNDED
    @given(case=cases)
    def answered(case: Any) -> None:
        answer = case.call_and_validate(headers={"X-API-Key": fuzzed.presented["admin"]}, checks=CHECKS)
        body = case.meta.components.get(ParameterLocation.BODY)
        if body is not None and body.mode.is_negative:
            assert 400 <= answer.status_code < 500
        told()

    answered()


def test_description__every_endpoint_of_the_api_asks_for_a_key_but_health(fuzzed: Served) -> None:
    paths = fuzzed.client.get("/api/v1/openapi.json").json()["paths"]
    ways = {f"{way} {path}": about for path, by_way in paths.items() for way, about in by_way.items()}
    assert {name for name, about in ways.items() if "security" not in about} == {"get /api/v1/health"}
    assert len(ways) == 18
    for about in ways.values():
        assert about["summary"]
        assert about["description"]
        assert {"400", "429"} <= about["responses"].keys()


def test_register__after_all_that_replays_to_the_same_state(fuzzed: Served) -> None:
    assert fuzzed.service.register is not None
    assert verify_history(fuzzed.service.register) == ()
