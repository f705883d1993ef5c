"""The tables of a public release (P21–P23), one schema per file of this package; ``ALL`` lists them by file name.

Everything that leaves the company is written from these tables and nothing else: no writer of public files ever sees a
run. A figure that is not in them cannot leak.
"""

from capacity.tables._schema import Table
from capacity.tables.public.areas import AREAS
from capacity.tables.public.branches import BRANCHES
from capacity.tables.public.changes import CHANGES
from capacity.tables.public.hours import HOURS
from capacity.tables.public.terms import TERMS

ALL: dict[str, Table] = {"areas": AREAS, "hours": HOURS, "changes": CHANGES, "branches": BRANCHES, "terms": TERMS}
