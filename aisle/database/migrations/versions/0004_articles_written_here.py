"""Articles have versions, a language, a source and a score; ratings know their question.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _added() -> tuple[sa.Column, ...]:
    """What articles are given that were loaded before are the defaults."""
    return (
        sa.Column("language", sa.String(length=20), nullable=False, server_default="en"),
        sa.Column("link", sa.String(length=2000), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False, server_default="folder"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("effectiveness_score", sa.Float(), nullable=False, server_default="0.5"),
    )


def upgrade() -> None:
    for column in _added():
        op.add_column("knowledge_articles", column)
    op.create_index(
        "ix_knowledge_articles_effectiveness_score", "knowledge_articles", ["effectiveness_score"]
    )
    op.create_index(
        "ix_knowledge_articles_tags", "knowledge_articles", ["tags"], postgresql_using="gin"
    )
    op.add_column("article_ratings", sa.Column("question", sa.Text(), nullable=True))
    op.execute(
        "UPDATE knowledge_articles SET effectiveness_score ="
        " (SELECT (sum(CASE WHEN helpful THEN 1 ELSE 0 END) + 1.0) / (count(*) + 2.0)"
        " FROM article_ratings WHERE article_id = knowledge_articles.id)"
        " WHERE id IN (SELECT article_id FROM article_ratings)"
    )


def downgrade() -> None:
    with op.batch_alter_table("article_ratings") as ratings:
        ratings.drop_column("question")
    op.drop_index("ix_knowledge_articles_tags", "knowledge_articles")
    op.drop_index("ix_knowledge_articles_effectiveness_score", "knowledge_articles")
    with op.batch_alter_table("knowledge_articles") as articles:
        for column in reversed(_added()):
            articles.drop_column(column.name)
