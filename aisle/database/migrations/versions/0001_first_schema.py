"""The first schema: customers, conversations, handoffs, the shop and its articles.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from aisle.database.types import Guid, Json, Money, Score, TextList, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", Guid, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("skills", TextList, nullable=False),
        sa.Column("current_workload", sa.Integer(), nullable=False),
        sa.Column("max_capacity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("performance_metrics", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
    )
    op.create_index("ix_agents_skills", "agents", ["skills"], unique=False, postgresql_using="gin")
    op.create_index("ix_agents_status", "agents", ["status"], unique=False)
    op.create_index("ix_agents_type", "agents", ["type"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", Guid, nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=True),
        sa.Column("default_address", Json, nullable=True),
        sa.Column("preferences", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_email", "customers", ["email"], unique=True)
    op.create_index("ix_customers_external_id", "customers", ["external_id"], unique=True)
    op.create_table(
        "knowledge_articles",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_articles"),
    )
    op.create_index(
        "ix_knowledge_articles_category_status",
        "knowledge_articles",
        ["category", "status"],
        unique=False,
    )
    op.create_index(
        "ix_knowledge_articles_updated_at", "knowledge_articles", ["updated_at"], unique=False
    )
    op.create_table(
        "products",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("warranty_years", sa.Integer(), nullable=False),
        sa.Column("bulky", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )
    op.create_index("ix_products_category", "products", ["category"], unique=False)
    op.create_table(
        "unanswered_questions",
        sa.Column("id", Guid, nullable=False),
        sa.Column("sender_id", sa.String(length=255), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered_questions"),
    )
    op.create_index(
        "ix_unanswered_questions_asked_at", "unanswered_questions", ["asked_at"], unique=False
    )
    op.create_table(
        "article_ratings",
        sa.Column("id", Guid, nullable=False),
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("sender_id", sa.String(length=255), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("rated_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_articles.id"], name="fk_article_ratings_article_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_ratings"),
    )
    op.create_index(
        "ix_article_ratings_article_id", "article_ratings", ["article_id"], unique=False
    )
    op.create_table(
        "conversations",
        sa.Column("id", Guid, nullable=False),
        sa.Column("sender_id", sa.String(length=255), nullable=False),
        sa.Column("customer_id", Guid, nullable=True),
        sa.Column("channel", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("verification_level", sa.SmallInteger(), nullable=False),
        sa.Column("failed_identity_checks", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("metadata", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_conversations_customer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("sender_id", name="uq_conversations_sender_id"),
    )
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"], unique=False)
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"], unique=False)
    op.create_index("ix_conversations_status", "conversations", ["status"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("customer_id", Guid, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("shipping_method", sa.String(length=20), nullable=False),
        sa.Column("shipping_cost", Money, nullable=False),
        sa.Column("cancel_reason", sa.String(length=100), nullable=True),
        sa.Column("placed_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"], unique=False)
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"], unique=False)
    op.create_index("ix_orders_status", "orders", ["status"], unique=False)
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", Guid, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("brand", sa.String(length=50), nullable=True),
        sa.Column("last_four", sa.String(length=4), nullable=True),
        sa.Column("balance", Money, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_payment_methods_customer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_methods"),
    )
    op.create_index(
        "ix_payment_methods_customer_id", "payment_methods", ["customer_id"], unique=False
    )
    op.create_table(
        "variants",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("product_id", sa.String(length=50), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("price", Money, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_variants_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
    )
    op.create_index("ix_variants_product_id", "variants", ["product_id"], unique=False)
    op.create_table(
        "fulfilments",
        sa.Column("id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("tracking_number", sa.String(length=50), nullable=False),
        sa.Column("carrier", sa.String(length=50), nullable=False),
        sa.Column("shipped_at", UtcDateTime, nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("delivered_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_fulfilments_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fulfilments"),
        sa.UniqueConstraint("tracking_number", name="uq_fulfilments_tracking_number"),
    )
    op.create_index("ix_fulfilments_order_id", "fulfilments", ["order_id"], unique=False)
    op.create_table(
        "handoffs",
        sa.Column("id", Guid, nullable=False),
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("reason", sa.String(length=50), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("verification_level", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("resolved_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_handoffs_conversation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"], unique=False)
    op.create_index("ix_handoffs_status", "handoffs", ["status"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", Guid, nullable=False),
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sender_type", sa.String(length=20), nullable=False),
        sa.Column("sender_id", sa.String(length=255), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("message_type", sa.String(length=20), nullable=False),
        sa.Column("timestamp", UtcDateTime, nullable=False),
        sa.Column("intent", sa.String(length=100), nullable=True),
        sa.Column("sentiment_score", Score, nullable=True),
        sa.Column("entities", Json, nullable=False),
        sa.Column("metadata", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint(
            "conversation_id", "sequence", name="uq_messages_conversation_id_sequence"
        ),
    )
    op.create_index("ix_messages_conversation_id", "messages", ["conversation_id"], unique=False)
    op.create_index("ix_messages_intent", "messages", ["intent"], unique=False)
    op.create_index("ix_messages_timestamp", "messages", ["timestamp"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("payment_method_id", sa.String(length=100), nullable=False),
        sa.Column("amount", Money, nullable=False),
        sa.Column("paid_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_payments_order_id"),
        sa.ForeignKeyConstraint(
            ["payment_method_id"], ["payment_methods.id"], name="fk_payments_payment_method_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"], unique=False)
    op.create_index(
        "ix_payments_payment_method_id", "payments", ["payment_method_id"], unique=False
    )
    op.create_table(
        "refunds",
        sa.Column("id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("payment_method_id", sa.String(length=100), nullable=False),
        sa.Column("amount", Money, nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("completed_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_refunds_order_id"),
        sa.ForeignKeyConstraint(
            ["payment_method_id"], ["payment_methods.id"], name="fk_refunds_payment_method_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_order_id", "refunds", ["order_id"], unique=False)
    op.create_index("ix_refunds_payment_method_id", "refunds", ["payment_method_id"], unique=False)
    op.create_table(
        "returns",
        sa.Column("id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payment_method_id", sa.String(length=100), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_returns_order_id"),
        sa.ForeignKeyConstraint(
            ["payment_method_id"], ["payment_methods.id"], name="fk_returns_payment_method_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_returns"),
    )
    op.create_index("ix_returns_order_id", "returns", ["order_id"], unique=False)
    op.create_index("ix_returns_payment_method_id", "returns", ["payment_method_id"], unique=False)
    op.create_table(
        "tracker_events",
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type_name", sa.String(length=50), nullable=False),
        sa.Column("timestamp", sa.Float(precision=53), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_tracker_events_conversation_id"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "sequence", name="pk_tracker_events"),
    )
    op.create_table(
        "order_lines",
        sa.Column("id", Guid, nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.String(length=50), nullable=False),
        sa.Column("fulfilment_id", Guid, nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", Money, nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["fulfilments.id"], name="fk_order_lines_fulfilment_id"
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id"),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_order_lines_variant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_lines"),
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id"], unique=False)
    op.create_index("ix_order_lines_variant_id", "order_lines", ["variant_id"], unique=False)
    op.create_table(
        "return_lines",
        sa.Column("return_id", Guid, nullable=False),
        sa.Column("order_line_id", Guid, nullable=False),
        sa.Column("replacement_variant_id", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name="fk_return_lines_order_line_id"
        ),
        sa.ForeignKeyConstraint(
            ["replacement_variant_id"],
            ["variants.id"],
            name="fk_return_lines_replacement_variant_id",
        ),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name="fk_return_lines_return_id"),
        sa.PrimaryKeyConstraint("return_id", "order_line_id", name="pk_return_lines"),
    )


def downgrade() -> None:
    op.drop_table("return_lines")
    op.drop_table("order_lines")
    op.drop_table("tracker_events")
    op.drop_table("returns")
    op.drop_table("refunds")
    op.drop_table("payments")
    op.drop_table("messages")
    op.drop_table("handoffs")
    op.drop_table("fulfilments")
    op.drop_table("variants")
    op.drop_table("payment_methods")
    op.drop_table("orders")
    op.drop_table("conversations")
    op.drop_table("article_ratings")
    op.drop_table("unanswered_questions")
    op.drop_table("products")
    op.drop_table("knowledge_articles")
    op.drop_table("customers")
    op.drop_table("agents")
