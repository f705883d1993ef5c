"""Sixteen steps as one value: the type in which the kernels compute.

The compiler leaves a loop over the lanes of a row to run lane by lane, or puts a long check before it, once per bus,
that the arrays do not overlap; either way the sweep takes four times as long. So the kernels say what they mean: a row
of ``LANES`` numbers is loaded as one vector, computed with and stored. LLVM splits the vector into whatever registers
the processor has.

``load(block, 2 * bus)`` is the real part of a bus's lanes, ``load(block, 2 * bus + 1)`` the imaginary part. Vectors
know + − · /, with numbers too, and what this file defines; they live inside compiled functions only and are not handed
from one to another (numba keeps compiled code by the file it is from: after a change here, delete ``__pycache__``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir  # type: ignore[import-untyped]  # it has no type hints
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

LANES: Final = 16
"""Steps side by side in a block, see ``lanes``."""
ALIGNMENT: Final = 64
"""Bytes of a cache line: blocks that begin on one are read and written at twice the speed."""
FREEDOM = ("contract", "reassoc", "nsz", "arcp")
"""Floating-point freedom that keeps NaN and infinity meaningful."""

_compiled: Callable[[Callable[..., Any]], Any] = intrinsic
_template: Callable[[Any], Callable[[type], type]] = infer_global
_lowering: Callable[..., Callable[[Callable[..., Any]], Any]] = lower_builtin
_signature: Callable[..., Any] = signature
_function: Callable[..., Any] = cgutils.get_or_insert_function
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_INDEX = ir.IntType(32)


class _Lanes(types.Type):
    """The numba type of a vector."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")


_lanes: Any = _Lanes()


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)  # type: ignore[no-untyped-call]  # it has no type hints


def _spread(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """A number in every lane; a vector as it is."""
    if kind == _lanes:
        return value
    number = context.cast(builder, value, kind, types.float64)
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


def _define(operation: Callable[..., Any], instruction: str) -> None:
    """An arithmetic operator between vectors, and between a vector and a number."""
    numbers = (types.Float, types.Integer)

    @_template(operation)
    class _Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            fit = len(args) == 2 and _lanes in args and all(one == _lanes or isinstance(one, numbers) for one in args)
            return _signature(_lanes, *args) if fit else None

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left, right = (_spread(context, builder, value, kind) for value, kind in zip(args, sig.args, strict=True))
        return getattr(builder, instruction)(left, right, flags=FREEDOM)

    for number in numbers:
        _lowering(operation, _lanes, number)(lower)
        _lowering(operation, number, _lanes)(lower)
    _lowering(operation, _lanes, _lanes)(lower)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define(_operation, _instruction)


def _row(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    """Address of a row of lanes in a contiguous array."""
    start = builder.bitcast(context.make_array(kind)(context, builder, array).data, _VECTOR.as_pointer())
    return builder.gep(start, [row])


def _of_reals(array: Any) -> bool:
    return isinstance(array, types.Array) and array.dtype == types.float64 and array.layout == "C"


@_compiled
def load(typing: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of an array whose rows are lanes: element ``row · LANES`` and those after it."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_row(context, builder, sig.args[0], *args), align=8)

    return (_lanes(array, types.intp), lower) if _of_reals(array) else None


@_compiled
def store(typing: Any, array: Any, row: Any, vector: Any) -> Any:
    """Write a vector, or one number in all lanes, into row ``row``."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _spread(context, builder, args[2], sig.args[2])
        builder.store(value, _row(context, builder, sig.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return (types.void(array, types.intp, vector), lower) if _of_reals(array) else None


@_compiled
def in_all_lanes(typing: Any, number: Any) -> Any:
    """One number in every lane."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(context, builder, args[0], sig.args[0])

    return _lanes(types.float64), lower


@_compiled
def larger(typing: Any, one: Any, other: Any) -> Any:
    """The larger of two vectors in every lane; ``other`` where ``one`` is NaN."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return _lanes(_lanes, _lanes), lower


@_compiled
def smaller(typing: Any, one: Any, other: Any) -> Any:
    """The smaller of two vectors in every lane; ``other`` where ``one`` is NaN."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return _lanes(_lanes, _lanes), lower


@_compiled
def root(typing: Any, vector: Any) -> Any:
    """The square root of every lane."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        return builder.call(_function(builder.module, kind, f"llvm.sqrt.v{LANES}f64"), args)

    return _lanes(_lanes), lower


@_compiled
def where_above(typing: Any, vector: Any, bound: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes of ``vector`` that are above the number ``bound``, ``no`` in the others."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        mask = builder.fcmp_ordered(">", args[0], _spread(context, builder, args[1], types.float64))
        return builder.select(mask, args[2], args[3])

    return _lanes(_lanes, types.float64, _lanes, _lanes), lower


@_compiled
def nan_unless_between(typing: Any, vector: Any, low: Any, high: Any) -> Any:
    """A vector with NaN in the lanes that are not in ``low <= x < high``."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        low, high = (_spread(context, builder, value, types.float64) for value in args[1:])
        above = builder.fcmp_ordered(">=", args[0], low)
        within = builder.and_(above, builder.fcmp_ordered("<", args[0], high))
        return builder.select(within, args[0], ir.Constant(_VECTOR, [float("nan")] * LANES))

    return _lanes(_lanes, types.float64, types.float64), lower


def _any_lane(comparison: str) -> Any:
    def typed(typing: Any, vector: Any, number: Any) -> Any:
        def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            mask = builder.fcmp_ordered(comparison, args[0], _spread(context, builder, args[1], types.float64))
            bits = builder.bitcast(mask, ir.IntType(LANES))
            return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

        return types.boolean(_lanes, types.float64), lower

    return _compiled(typed)


any_above = _any_lane(">")
"""Whether any lane of a vector is above a number; NaN is not."""
any_at_least = _any_lane(">=")
"""Whether any lane of a vector is at or above a number; NaN is not."""
any_below = _any_lane("<")
"""Whether any lane of a vector is below a number; NaN is not."""
