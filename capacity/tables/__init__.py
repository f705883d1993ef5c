"""What the rooms hand each other: one schema per table per file, and the few typed objects that carry them.

Every column of every table states its Chinese and English heading, unit, meaning and what a missing value means;
the data dictionary, the Excel headings and the ledger template are made from these statements.
Timestamps are naive, in the case's time zone without daylight saving, and name the start of their interval.
"""
