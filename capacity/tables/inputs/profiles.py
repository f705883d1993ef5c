"""Load profiles (``profiles.parquet``): a wide table without fixed columns.

The first column is ``timestamp``; every other column is one profile: a factor per step. A row of ``net.load``,
``net.sgen`` or ``net.gen`` names its profile in the column ``profile`` (multiplies both p and q) and, where its
reactive power follows another one, in ``profile_q``. An element without a profile is constant. NaN is not allowed.
"""

PROFILE_COLUMN = "profile"
PROFILE_Q_COLUMN = "profile_q"
TIMESTAMP = "timestamp"
