"""A trunk and one of its networks solved together at the critical steps of both: where figures are settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import Ask
from capacity.loadflow.additions.kernels import Scene
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.own import Blocks, Figures, look_beyond, run_search
from capacity.loadflow.additions.trees import Tree, Watch
from capacity.loadflow.additions.trunk import tree_rooms
from capacity.loadflow.kernels import LANES

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


def joined(trunk: Trunk, network: Network) -> Tree:
    """One tree of both: the trunk's buses, then the network's (without its artificial source and its head)."""
    above, below = trunk.tree, network.tree
    n = above.n_bus
    parent = np.where(below.parent[2:] == 1, network.head, below.parent[2:] - 2 + n)
    shunt = np.concatenate([above.shunt, below.shunt[2:]])
    shunt[network.head] += below.shunt[1]
    watches = [above.watch, below.watch]
    return Tree(
        np.concatenate([above.parent, parent]),
        np.concatenate([above.ab, below.ab[2:]]),
        shunt,
        np.concatenate([above.bus, below.bus[2:]]),
        Watch(
            np.concatenate([above.watch.child, below.watch.child - 2 + n]),
            np.concatenate([watch.ends for watch in watches]),
            np.concatenate([watch.scale for watch in watches]),
            np.concatenate([watch.power for watch in watches]),
            np.concatenate([watch.element for watch in watches]),
        ),
    )


def joint_kinds(trunk: Trunk, above: Ints, network: Network, below: Ints) -> Ints:
    """Kinds of the joint tree's limits from those of its parts."""
    n, m = trunk.tree.n_bus, network.tree.n_bus
    return np.concatenate([above[:n], below[2:m], above[n:], below[m:]])


@dataclass(frozen=True)
class Joint:
    """A trunk and one of its networks as one tree, and steps of it without the addition."""

    tree: Tree
    blocks: Blocks
    offset_of: Ints


def joint_blocks(trunk: Trunk, above: Blocks, network: Network, below: Blocks, ask: Ask) -> Joint:
    """Both together: ``above`` holds the trunk without the network, ``below`` the network at the heads' voltages."""
    tree = joined(trunk, network)
    base, n = above.scene, trunk.tree.n_bus
    power = np.concatenate([base.power, below.scene.power[:, 2:]], axis=1)
    start = np.concatenate([base.start, below.scene.start[:, 2:]], axis=1)
    bound = np.concatenate([base.bound, below.scene.bound[:, 2:]], axis=1)
    slope = np.concatenate([base.slope, np.zeros((len(power), tree.n_bus - n, 2, LANES))], axis=1)
    offset_of = np.concatenate([trunk.offset_of, np.full(len(network.tree.watch.child), -1)]).astype(np.int64)
    size, room = tree_rooms(tree, offset_of, base.offset, bound, ask, power, start)
    scene = Scene(power, slope, start, base.source, base.offset, bound, size, room, base.shape)
    return Joint(tree, Blocks(above.steps, scene), offset_of)


def search_joint(joint: Joint, kind: Ints, ask: Ask, places: Ints, guess: Reals, tolerance: float) -> Figures:
    """The largest addition at each of ``places`` (buses of the joint tree), everything solved together.

    ``where`` in the answer counts the joint tree's buses and branches.
    """
    tree, blocks, offset_of = joint.tree, joint.blocks, joint.offset_of
    figures = run_search(tree, kind, blocks, ask, places, guess, tolerance, offset_of=offset_of)
    return look_beyond(figures, tree, kind, blocks, ask, places, offset_of)
