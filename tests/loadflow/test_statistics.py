"""Statistics gathered in ranges equal those gathered at once, and those a reader would compute from the curves."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loadflow_cases import LEVELS_PERCENT

from capacity.loadflow.lanes import FAILED, PADDING, pack, padded, unpack
from capacity.loadflow.statistics import Gathered, Gatherer, merge


def gather(current: npt.NDArray[np.float64], failed: npt.NDArray[np.bool_], first: int, last: int) -> Gathered:
    """Gather steps of a made-up line of rating 1 kA whose current in kA equals its f-end voltage."""
    two_port = np.array([[1.0, 0, 0, 0, 0, 0, 0, 0]])
    gatherer = Gatherer(
        np.array([0]), np.array([1]), two_port, np.array([1.0]), LEVELS_PERCENT, np.zeros(2, dtype=np.int64)
    )
    voltage = pack(np.stack([current, np.zeros_like(current)])[:, first:last].astype(np.complex128))
    steps, padding = padded(np.arange(first, last))
    status = padding.copy()
    lanes, _ = padded(np.arange(first, last))
    status[failed[lanes]] = FAILED
    status[padding == PADDING] = PADDING
    gatherer.add(steps, voltage, status[None])
    return gatherer.gathered


def longest_run(over: npt.NDArray[np.bool_]) -> int:
    return max((sum(1 for _ in run) for above, run in itertools.groupby(over.tolist()) if above), default=0)


currents = st.lists(st.sampled_from([0.1, 0.5, 0.8, 0.9, 1.0, 1.2, 1.2, 2.0]), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(currents, st.data())
def test_merge__equals_the_unsplit_result(values: list[float], data: st.DataObject) -> None:
    current = np.array(values)
    n_steps = len(current)
    failed = np.array(data.draw(st.lists(st.booleans(), min_size=n_steps, max_size=n_steps)))
    failed &= np.array(data.draw(st.lists(st.booleans(), min_size=n_steps, max_size=n_steps)))
    cuts = sorted(data.draw(st.sets(st.integers(1, n_steps), max_size=4)) | {0, n_steps})
    whole = gather(current, failed, 0, n_steps)
    merged = gather(current, failed, cuts[0], cuts[1])
    for first, last in itertools.pairwise(cuts[1:]):
        merged = merge(merged, gather(current, failed, first, last))
    assert merged.span == whole.span == n_steps
    for name in ("top_square", "top_step", "low", "low_step", "high", "high_step"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name), err_msg=name)
    for name in ("count", "first", "last", "longest"):
        np.testing.assert_array_equal(getattr(merged.runs, name), getattr(whole.runs, name), err_msg=name)


@settings(max_examples=60, deadline=None)
@given(currents, st.data())
def test_gatherer__as_computed_from_the_curve(values: list[float], data: st.DataObject) -> None:
    current = np.array(values)
    failed = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    found = gather(current, failed, 0, len(values))
    sound = np.flatnonzero(~failed)
    order = sound[np.argsort(-current[sound], kind="stable")][:3]
    assert found.top_step[0, : len(order)].tolist() == order.tolist()
    assert np.isnan(found.top_square[0, len(order) :]).all()
    for level, limit in enumerate((0.8, 1.0)):
        over = (current**2 >= limit * limit) & ~failed
        assert found.runs.count[0, level] == over.sum()
        assert found.runs.longest[0, level] == longest_run(over)
    if len(sound):
        assert found.low[0] == current[sound].min() ** 2
        assert found.low_step[0] == sound[np.argmin(current[sound])]
        assert found.high_step[0] == sound[np.argmax(current[sound])]
    else:
        assert np.isnan(found.low[0])


def test_pack__is_undone_by_unpack() -> None:
    values = np.arange(33).reshape(3, 11) * (1 + 2j)
    np.testing.assert_array_equal(unpack(pack(values), 11), values)


def test_gatherer__without_rating_counts_nothing() -> None:
    gatherer = Gatherer(
        np.array([0]), np.array([1]), np.ones((1, 8)), np.array([np.nan]), LEVELS_PERCENT, np.zeros(2, dtype=np.int64)
    )
    steps, status = padded(np.arange(5))
    gatherer.add(steps, pack(np.ones((2, 5), dtype=np.complex128)), status[None])
    assert gatherer.gathered.runs.count.sum() == 0
    assert gatherer.gathered.top_square[0, 0] == pytest.approx(8.0)
