"""What can be added at a bus before a bound breaks: the largest addition at every LV node (P9).

A network operated as trees falls apart at its distribution transformers. Above them lies the *trunk* (10 kV sections,
busbars, substation transformers), below each of them an *LV network* that feels the rest of the world only through the
size of the voltage at its head, and is felt only through the power it draws there. So the year is looked at network by
network (:mod:`.own`), the trunk with its networks as powers that depend on voltage (:mod:`.trunk`), and what was found
is settled with both solved together (:mod:`.joint`).
"""

from capacity.loadflow.additions.search import largest_additions

__all__ = ["largest_additions"]
