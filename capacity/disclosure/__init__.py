"""Public disclosure (P21–P23): what of a run the public may see, and what is withheld.

Only ``prepare`` and what it calls see exact figures; whoever writes public bytes gets a ``Release`` and nothing else.
"""

from capacity.disclosure.basis import Basis, basis_of, join_bases
from capacity.disclosure.jumps import Approvals, Jump, read_approvals, write_jumps
from capacity.disclosure.prepare import Prepared, prepare, prepare_unprotected
from capacity.disclosure.record import Record, RecordEntry, read_record, write_record

__all__ = [
    "Approvals",
    "Basis",
    "Jump",
    "Prepared",
    "Record",
    "RecordEntry",
    "basis_of",
    "join_bases",
    "prepare",
    "prepare_unprotected",
    "read_approvals",
    "read_record",
    "write_jumps",
    "write_record",
]
