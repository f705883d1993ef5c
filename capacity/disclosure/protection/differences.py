"""What a subtraction of two releases would show, and whether it obeys the rule of a single release (P23).

A figure moves by what its contributors moved: reservations by the power applied for, highest loads by whoever draws
them. The rule: enough contributors, and the largest of them no more than ``largest_share_percent`` of the net move,
so that taking the whole move for the work of one of them is wrong by a stated part of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.disclosure.protection.contributors import MOVED_KVA, Contributors
from capacity.tables.release import DisclosureRules

LOSSES = 1.1
"""A kVA below a line takes at most this many kVA of what the line has left."""


def own_parts(what: Contributors, then: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Contributors to the move of sums of room over groups of transformers, one row per group.

    Parameters
    ----------
    then, now : by position of ``what.transformers``: the group (area, union of areas, line) whose sum the transformer
        was and is part of; missing where it was or is in none (not counted, or without data).

    Returns
    -------
    DataFrame by group: number, largest and sum (kVA) of ``applications`` (``net``: signed), ``customers`` (``_eff``:
        at most what their transformer moved), of the ``crowd`` that moved beyond these, of the customers of
        transformers that ``appear`` or disappear; ``net_kva`` of the move.
    """
    frame = what.transformers.assign(key_then=then.to_numpy(), key_now=now.to_numpy())
    stays = frame["key_then"].notna() & frame["key_then"].eq(frame["key_now"]) & ~_rebuilt_from_full(frame)
    staying = _staying(frame[stays])
    parts = [
        _applications(what, staying),
        *_customers(what, staying),
        _appearing(frame[~stays]),
        staying.groupby("key")["net_kva"].sum().to_frame("staying_net"),
    ]
    found = pd.concat(parts, axis=1).fillna(0.0)
    return found.assign(net_kva=(found["staying_net"] + found["appear_net"]).abs())


def figure_is_safe(parts: pd.DataFrame, rules: DisclosureRules) -> pd.Series:
    """By group of ``own_parts``: whether the move of a sum of rooms obeys the rule; a group without a row moved not."""
    count = np.fmax(parts["applications_n"], parts["customers_eff_n"]) + parts["crowd_n"] + parts["appear_n"]
    party = parts["applications_max"] + parts["customers_eff_max"]  # one customer may be behind both
    largest = pd.concat([party, parts["crowd_max"], parts["appear_max"]], axis=1).max(axis=1)
    return _safe(count, largest, parts["net_kva"], rules)


def hours_are_safe(parts: pd.DataFrame, rules: DisclosureRules) -> pd.Series:
    """By group of ``own_parts``: whether the moves of figures by month and hour do.

    In a month that both releases rest on nothing but reservations moves, so a crowd whose highest load moved hides
    nobody there: those who changed have to be enough by themselves.
    """
    applications = parts["applications_n"].eq(0) | _safe(
        parts["applications_n"], parts["applications_max"], parts["applications_net"].abs(), rules
    )
    customers = parts["customers_n"].eq(0) | _safe(
        parts["customers_n"], parts["customers_max"], parts["customers_sum"], rules
    )
    return applications & customers


def above_parts(what: Contributors, above: str, told: pd.Index) -> pd.DataFrame:
    """Contributors to the move of what a line (``above="feeder_id"``) or substation has left, one row for each.

    Beside applications and customers every dedicated transformer that moved is a contributor, and every public one
    that moved and does not meet the rule by itself; those that were switched over from another line come with their
    whole load. ``others_n`` and ``others_share`` tell of the crowd that remains, ``told_kva`` of what areas moved
    whose own figures are published (``told``): that can be subtracted and hides nobody. ``moved_max`` is the largest
    part that one customer of a public transformer has in what that transformer moved, told or not.
    """
    frame = what.transformers
    here = frame[f"{above}_now"].where(frame[f"{above}_now"].notna(), frame[f"{above}_then"])
    place = pd.Series(here.to_numpy(), index=frame["transformer_id"])
    crowd_at = frame.loc[frame["protects_now"] & frame["protects_then"], "transformer_id"]
    applications = what.applications.assign(key=what.applications["transformer_id"].map(place))
    customers = what.customers[what.customers["transformer_id"].isin(crowd_at)]
    customers = customers.assign(key=customers["transformer_id"].map(place))
    parties = pd.concat([_movers(frame, here), _switched(frame, above)], ignore_index=True)
    placed = frame.assign(key=here)
    subtracted = frame["area_id_now"].isin(told) & frame["counted_now"]
    crowd = placed[frame["protects_now"] & ~subtracted].groupby("key")
    parts = [
        _by_id(applications, "application_id", "applications"),
        _by_id(customers, "customer_id", "customers"),
        parties.groupby("key").agg(parties_n=("n", "sum"), parties_max=("largest", "max"), parties_sum=("kva", "sum")),
        crowd["customers_now"].sum().to_frame("others_n"),
        (crowd["largest_kva_now"].max() / crowd["contracts_kva_now"].sum()).to_frame("others_share"),
        placed[subtracted].groupby("key")["moved_kva"].sum().to_frame("told_kva"),
        _largest_moves(placed),
    ]
    return pd.concat(parts, axis=1).fillna(0.0)


def above_is_safe(parts: pd.DataFrame, move_kva: pd.Series, at_voltage: pd.Series, rules: DisclosureRules) -> pd.Series:
    """Row by row: whether the move of a figure that a line or substation limits obeys the rule.

    Parameters
    ----------
    parts : rows of ``above_parts``, one per figure.
    move_kva : by how much the unrounded figure moved.
    at_voltage : a voltage limits it: a kVA may then weigh several in the figure, and nothing is known of the crowd's
        part unless nobody else moved.
    """
    told = parts["applications_sum"] + parts["customers_sum"] + parts["parties_sum"]
    unexplained = (move_kva - LOSSES * parts["told_kva"]).clip(lower=0.0)
    rest = (unexplained - LOSSES * told).clip(lower=0.0).mask(at_voltage & (told > 0.0), 0.0)
    crowd = np.where(rest > MOVED_KVA, parts["others_n"], 0.0)
    count = np.fmax(parts["applications_n"], parts["customers_n"]) + parts["parties_n"] + crowd
    from_flow = np.fmin(np.fmax(parts["customers_max"], parts["parties_max"]), move_kva)
    largest = np.fmax(parts["applications_max"] + from_flow, rest * parts["others_share"])
    whole = unexplained.where(~at_voltage | told.eq(0.0), np.fmin(told, unexplained))
    share = rules.largest_share_percent / 100.0 * (1.0 + 1e-9)
    nobody_else = told.le(MOVED_KVA) & rest.le(MOVED_KVA)
    fine = nobody_else | (count.ge(rules.fewest_customers) & (largest <= share * whole))
    # an area whose moves could be subtracted may be hidden itself: then they are part of what is seen here
    return (move_kva <= MOVED_KVA) | (fine & (parts["moved_max"] <= share * move_kva))


def alone_is_safe(parts: pd.DataFrame, rules: DisclosureRules) -> pd.Series:
    """Row by row of ``above_parts``: whether those who changed are enough by themselves (for figures by hour)."""
    count = np.fmax(parts["applications_n"], parts["customers_n"]) + parts["parties_n"]
    told = parts["applications_sum"] + parts["customers_sum"] + parts["parties_sum"]
    largest = parts["applications_max"] + np.fmax(parts["customers_max"], parts["parties_max"])
    return count.eq(0) | _safe(count, largest, told, rules)


def _safe(count: pd.Series, largest: pd.Series, whole: pd.Series, rules: DisclosureRules) -> pd.Series:
    """Enough contributors and none dominates; or nothing moved at all."""
    share = rules.largest_share_percent / 100.0 * (1.0 + 1e-9)
    found: pd.Series = (whole <= MOVED_KVA) | (count.ge(rules.fewest_customers) & (largest <= share * whole))
    return found


def _rebuilt_from_full(frame: pd.DataFrame) -> pd.Series:
    """Of another rating, and full in one of the releases: what it adds to the sum is its room, not a move of it."""
    rebuilt = (frame["rated_kva_now"] - frame["rated_kva_then"]).abs() > MOVED_KVA
    found: pd.Series = rebuilt & (frame["room_kva_then"].le(0.0) | frame["room_kva_now"].le(0.0))
    return found


def _staying(frame: pd.DataFrame) -> pd.DataFrame:
    """Transformers that are part of the same sum in both releases: what of their move can be seen in it."""
    step = frame["room_kva_now"] - frame["room_kva_then"]
    full_then, full_now = frame["room_kva_then"] <= 0.0, frame["room_kva_now"] <= 0.0
    cut = full_then | full_now
    load = frame["moved_kva"].fillna(0.0)
    taken_then = frame["smax_kva_then"] + frame["reserved_kva_then"]
    free_net = taken_then - frame["smax_kva_now"] - frame["reserved_kva_now"]
    return pd.DataFrame(
        {
            "transformer_id": frame["transformer_id"],
            "key": frame["key_now"],
            "unseen": full_then & full_now,
            "load_kva": np.where(cut, np.fmin(load, step.abs()), load),
            "net_kva": np.where(cut, step, free_net),
            "n": frame[["customers_then", "customers_now"]].min(axis=1),
            "share": _share(frame, "now"),
        }
    )  # fmt: skip


def _share(frame: pd.DataFrame, when: str) -> pd.Series:
    """The largest customer's share of a transformer's contracts; all of it where its customers are not known."""
    share = frame[f"largest_kva_{when}"] / frame[f"contracts_kva_{when}"].where(frame[f"contracts_kva_{when}"] > 0.0)
    return share.where(frame[f"customers_{when}"] > 0.0, 1.0).fillna(1.0)


def _applications(what: Contributors, staying: pd.DataFrame) -> pd.DataFrame:
    seen = staying.loc[~staying["unseen"], ["transformer_id", "key"]]
    return _by_id(what.applications.merge(seen, on="transformer_id"), "application_id", "applications")


def _by_id(rows: pd.DataFrame, identity: str, name: str) -> pd.DataFrame:
    """Number, largest, sum and signed sum of contributors by key; one with several rows in a key counts once.

    What no id explains counts for its kVA, and as somebody only where nobody else is there.
    """
    each = rows.groupby(["key", identity], dropna=True)["kva"].sum().reset_index()
    each = each[each["kva"].abs() > MOVED_KVA]
    by_key = each.assign(size=each["kva"].abs(), told=each[identity].ne("")).groupby("key")
    return pd.DataFrame(
        {
            f"{name}_n": by_key["told"].sum().clip(lower=1).astype("float64"),
            f"{name}_max": by_key["size"].max(),
            f"{name}_sum": by_key["size"].sum(),
            f"{name}_net": by_key["kva"].sum(),
        }
    )


def _customers(what: Contributors, staying: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Customers that changed, the same with what their transformer moved at most, and the crowd beyond them."""
    here = what.customers.merge(staying, on="transformer_id")
    every = _by_id(here, "customer_id", "customers")
    seen = here.assign(kva=np.fmin(here["kva"], here["load_kva"]))
    effective = _by_id(seen, "customer_id", "customers_eff")
    at = here.groupby("transformer_id").agg(told=("kva", "sum"), changed=("customer_id", "nunique"))
    joined = staying.join(at, on="transformer_id").fillna({"told": 0.0, "changed": 0.0})
    moved = joined[joined["load_kva"] - joined["told"] > MOVED_KVA]
    moved = moved.assign(
        others=(moved["n"] - moved["changed"]).clip(lower=0.0), most=moved["load_kva"] * moved["share"]
    )
    crowd = moved.groupby("key").agg(crowd_n=("others", "sum"), crowd_max=("most", "max"))
    return every, effective, crowd


def _appearing(frame: pd.DataFrame) -> pd.DataFrame:
    """Transformers that joined a sum or left it, with all their customers."""
    rows = []
    for when, sign in (("then", -1.0), ("now", 1.0)):
        part = frame[frame[f"key_{when}"].notna()]
        room = part[f"room_kva_{when}"].fillna(0.0)
        rows.append(
            pd.DataFrame(
                {
                    "key": part[f"key_{when}"],
                    "n": part[f"customers_{when}"].where(room > MOVED_KVA, 0.0),
                    "largest": room * _share(part, when),
                    "net": sign * room,
                }
            )
        )
    by_key = pd.concat(rows, ignore_index=True).groupby("key")
    return by_key.agg(appear_n=("n", "sum"), appear_max=("largest", "max"), appear_net=("net", "sum"))


def _largest_moves(placed: pd.DataFrame) -> pd.DataFrame:
    crowd = placed[placed["protects_now"] & placed["protects_then"]]
    most = crowd["moved_kva"].fillna(0.0) * _share(crowd, "now")
    return most.groupby(crowd["key"]).max().to_frame("moved_max")


def _movers(frame: pd.DataFrame, here: pd.Series) -> pd.DataFrame:
    """Dedicated transformers, and public ones of few customers, whose highest load moved: one contributor each."""
    one = ~(frame["protects_now"] & frame["protects_then"])
    gone, new = frame["smax_kva_now"].isna(), frame["smax_kva_then"].isna()
    # one without data in both releases cannot be told to have moved; without data in one it may be its rating
    kva = frame["moved_kva"].where(~(gone ^ new), frame[["rated_kva_then", "rated_kva_now"]].max(axis=1)).fillna(0.0)
    both = frame["rated_kva_then"].notna() & frame["rated_kva_now"].notna()
    rows = pd.DataFrame({"key": here, "n": 1.0, "largest": kva, "kva": kva})
    return rows[one & both & (kva > MOVED_KVA)]


def _switched(frame: pd.DataFrame, above: str) -> pd.DataFrame:
    """Transformers that came to a line, left it, or went into or out of service: with their whole load."""
    changed = frame[f"{above}_now"].fillna("").ne(frame[f"{above}_then"].fillna(""))
    rows = []
    for when in ("then", "now"):
        part = frame[changed & frame[f"{above}_{when}"].notna()]
        kva = part[f"smax_kva_{when}"].fillna(part[f"rated_kva_{when}"])
        crowd = part[f"protects_{when}"]
        rows.append(
            pd.DataFrame(
                {
                    "key": part[f"{above}_{when}"],
                    "n": part[f"customers_{when}"].where(crowd, 1.0),
                    "largest": kva * _share(part, when).where(crowd, 1.0),
                    "kva": kva,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
