"""Customers (``customers.csv``, optional)."""

from capacity.tables._schema import number, table, text

CATEGORIES = ("residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging")

CUSTOMERS = table(
    "customers",
    "用户",
    "customers",
    "The customer–transformer–line relation.",
    {
        "customer_id": text("用户编号", "customer id", key=True),
        "transformer_id": text("配变编号", "transformer id"),
        "node_id": text(
            "接入点编号",
            "node id",
            "``name`` of the bus of its supply point.",
            missing="LV busbar of the transformer",
        ),
        "contract_kva": number("合同容量", "contract capacity", "kVA", missing="not stated", above=0.0),
        "phases": text("相数", "phases", choices=("1", "3"), missing="unknown: the three-phase voltage band"),
        "phase": text(
            "相别",
            "phase",
            "Of a single-phase customer: the phase it is connected to.",
            missing="not recorded, or three-phase",
            choices=("a", "b", "c"),
        ),
        "category": text("用电类别", "category", choices=CATEGORIES, missing="not stated"),
    },
)
