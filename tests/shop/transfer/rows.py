"""What is in the shop's tables."""

from sqlalchemy import text

from aisle.database.engine import Database

_TABLES = [
    "customers", "payment_methods", "products", "variants", "orders", "fulfilments",
    "order_lines", "payments", "refunds", "returns", "return_lines",
]  # fmt: skip


def rows_by_table(database: Database) -> dict[str, list[str]]:
    """Return all rows of each table, so that equal contents are equal."""
    with database.reading() as session:
        return {
            table: sorted(str(row) for row in session.execute(text(f"SELECT * FROM {table}")))
            for table in _TABLES
        }
