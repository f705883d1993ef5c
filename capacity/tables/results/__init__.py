"""The tables of a run, one schema per file of this package; ``ALL`` lists them by the name of their file."""

from capacity.tables._schema import Table
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.results.alerts import ALERTS, EVIDENCE
from capacity.tables.results.areas import AREAS
from capacity.tables.results.capacity_12x24 import CAPACITY_12X24
from capacity.tables.results.curves import FEEDER_CURVES, TRANSFORMER_CURVES
from capacity.tables.results.feeder_voltages import FEEDER_VOLTAGES
from capacity.tables.results.feeders import FEEDERS
from capacity.tables.results.lines import LINES
from capacity.tables.results.nodes import NODES
from capacity.tables.results.quality import QUALITY
from capacity.tables.results.substations import SUBSTATIONS
from capacity.tables.results.transformers import TRANSFORMERS

ALL: dict[str, Table] = {
    "transformers": TRANSFORMERS,
    "lines": LINES,
    "nodes": NODES,
    "areas": AREAS,
    "feeders": FEEDERS,
    "substations": SUBSTATIONS,
    "alerts": ALERTS,
    "evidence": EVIDENCE,
    "transformer_curves": TRANSFORMER_CURVES,
    "feeder_curves": FEEDER_CURVES,
    "feeder_voltages": FEEDER_VOLTAGES,
    "capacity_12x24": CAPACITY_12X24,
    "quality": QUALITY,
    "customers": CUSTOMERS,
    "applications": APPLICATIONS,
    "projects": PROJECTS,
}
