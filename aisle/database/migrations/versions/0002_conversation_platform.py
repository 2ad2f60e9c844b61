"""The conversation platform: inbox, action results, contexts, attachments.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from aisle.database.types import Guid, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch operations: on SQLite they would drop tables that others refer to.
    op.add_column(
        "conversations",
        sa.Column("message_count", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("conversations", sa.Column("request_key", sa.String(length=300), nullable=True))
    op.create_index("ix_conversations_request_key", "conversations", ["request_key"], unique=True)
    op.create_index("ix_conversations_updated_at", "conversations", ["updated_at"])
    op.execute(
        "UPDATE conversations SET message_count = (SELECT coalesce(max(sequence), 0)"
        " FROM messages WHERE messages.conversation_id = conversations.id)"
    )
    op.add_column("messages", sa.Column("dedupe_key", sa.String(length=300), nullable=True))
    op.add_column("messages", sa.Column("in_reply_to", Guid, nullable=True))
    op.create_index(
        "ix_messages_conversation_id_dedupe_key",
        "messages",
        ["conversation_id", "dedupe_key"],
        unique=True,
    )
    op.create_index("ix_messages_in_reply_to", "messages", ["in_reply_to"])
    op.create_table(
        "inbox",
        sa.Column("message_id", Guid, nullable=False),
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("accepted_at", UtcDateTime, nullable=False),
        sa.Column("first_claimed_at", UtcDateTime, nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("claim", Guid, nullable=True),
        sa.Column("leased_until", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_inbox_message_id"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_inbox_conversation_id"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
        sa.UniqueConstraint(
            "conversation_id", "sequence", name="uq_inbox_conversation_id_sequence"
        ),
    )
    op.create_index("ix_inbox_accepted_at", "inbox", ["accepted_at"])
    op.create_table(
        "action_results",
        sa.Column("message_id", Guid, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("responses", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["inbox.message_id"],
            name="fk_action_results_message_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "position", "action", name="pk_action_results"),
    )
    op.create_table(
        "conversation_contexts",
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("customer_id", Guid, nullable=True),
        sa.Column("context_variables", Json, nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_conversation_contexts_conversation_id",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversation_contexts"),
    )
    op.create_index(
        "ix_conversation_contexts_customer_id", "conversation_contexts", ["customer_id"]
    )
    op.create_index("ix_conversation_contexts_updated_at", "conversation_contexts", ["updated_at"])
    op.create_table(
        "attachments",
        sa.Column("id", Guid, nullable=False),
        sa.Column("conversation_id", Guid, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_attachments_conversation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_conversation_id", "attachments", ["conversation_id"])


def downgrade() -> None:
    for table in ("attachments", "conversation_contexts", "action_results", "inbox"):
        op.drop_table(table)
    op.drop_index("ix_messages_in_reply_to", "messages")
    op.drop_index("ix_messages_conversation_id_dedupe_key", "messages")
    op.drop_column("messages", "in_reply_to")
    op.drop_column("messages", "dedupe_key")
    op.drop_index("ix_conversations_updated_at", "conversations")
    op.drop_index("ix_conversations_request_key", "conversations")
    op.drop_column("conversations", "request_key")
    op.drop_column("conversations", "message_count")
