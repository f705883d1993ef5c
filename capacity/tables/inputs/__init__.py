"""The tables of a case folder, one schema per file of this package."""
