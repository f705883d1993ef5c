"""Networks of other sources made into case folders: SimBench and pandapower."""
