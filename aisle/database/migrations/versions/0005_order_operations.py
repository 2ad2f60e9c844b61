"""Order operations: one-time codes, an audit log, and shops that know fewer dates.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from aisle.database.types import Guid, Json, Money, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNKNOWN_IN_SOME_SHOPS = {
    "orders": {"placed_at": UtcDateTime},
    "fulfilments": {
        "carrier": sa.String(length=50),
        "shipped_at": UtcDateTime,
        "expected_on": sa.Date(),
    },
    "payments": {"paid_at": UtcDateTime},
    "refunds": {"issued_at": UtcDateTime},
    "returns": {"requested_at": UtcDateTime},
}


def upgrade() -> None:
    _make_nullable(True)
    op.add_column("conversations", sa.Column("verified_by", sa.String(length=20), nullable=True))
    op.execute("UPDATE conversations SET verified_by = 'contact' WHERE verification_level = 1")
    _add_filled("orders", "recorded_at", UtcDateTime, "placed_at")
    _add_filled("fulfilments", "delivered", sa.Boolean(), "delivered_at IS NOT NULL")
    _add_filled("refunds", "completed", sa.Boolean(), "completed_at IS NOT NULL")
    for table, moment in (("payments", "paid_at"), ("refunds", "issued_at")):
        earlier = (
            f"SELECT count(*) FROM {table} AS other WHERE other.order_id = {table}.order_id AND"
            f" (other.{moment} < {table}.{moment}"
            f" OR (other.{moment} = {table}.{moment} AND other.id <= {table}.id))"
        )
        _add_filled(table, "position", sa.Integer(), f"({earlier})")
    ordered = "SELECT quantity FROM order_lines WHERE order_lines.id = return_lines.order_line_id"
    _add_filled("return_lines", "quantity", sa.Integer(), f"({ordered})")
    op.add_column("return_lines", sa.Column("replacement_price", Money, nullable=True))
    op.create_table(
        "audit_log",
        sa.Column("id", Guid, nullable=False),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("operation", sa.String(length=50), nullable=False),
        sa.Column("customer_id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=True),
        sa.Column("conversation_id", Guid, nullable=True),
        sa.Column("verified_by", sa.String(length=20), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_audit_log_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.UniqueConstraint("key", name="uq_audit_log_key"),
    )
    for column in ("customer_id", "order_id", "conversation_id"):
        op.create_index(f"ix_audit_log_{column}", "audit_log", [column])
    op.create_table(
        "identity_codes",
        sa.Column("id", Guid, nullable=False),
        sa.Column("customer_id", Guid, nullable=False),
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("failed_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_identity_codes_customer_id"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_identity_codes_conversation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_codes"),
    )
    for column in ("customer_id", "conversation_id", "sent_at"):
        op.create_index(f"ix_identity_codes_{column}", "identity_codes", [column])


def downgrade() -> None:
    """Where a shop knows no date, the time of recording or of the downgrade stands in."""
    op.drop_table("identity_codes")
    op.drop_table("audit_log")
    op.execute("UPDATE orders SET placed_at = recorded_at WHERE placed_at IS NULL")
    op.execute("UPDATE fulfilments SET carrier = '' WHERE carrier IS NULL")
    op.execute("UPDATE fulfilments SET expected_on = CURRENT_DATE WHERE expected_on IS NULL")
    for table, column in (
        ("fulfilments", "shipped_at"),
        ("payments", "paid_at"),
        ("refunds", "issued_at"),
        ("returns", "requested_at"),
    ):
        op.execute(f"UPDATE {table} SET {column} = CURRENT_TIMESTAMP WHERE {column} IS NULL")
    for table, columns in {
        "return_lines": ("quantity", "replacement_price"),
        "payments": ("position",),
        "refunds": ("position", "completed"),
        "fulfilments": ("delivered",),
        "orders": ("recorded_at",),
        "conversations": ("verified_by",),
    }.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column)
    _make_nullable(False)


def _make_nullable(nullable: bool) -> None:
    for table, columns in _UNKNOWN_IN_SOME_SHOPS.items():
        with op.batch_alter_table(table) as changed:
            for column, kind in columns.items():
                changed.alter_column(column, existing_type=kind, nullable=nullable)


def _add_filled(table: str, column: str, kind: object, value: str) -> None:
    """Add a column that is never empty; rows that are there get an SQL expression's value."""
    op.add_column(table, sa.Column(column, kind, nullable=True))
    op.execute(f"UPDATE {table} SET {column} = {value}")
    with op.batch_alter_table(table) as changed:
        changed.alter_column(column, existing_type=kind, nullable=False)
