"""Ratings refer to articles that may be in MongoDB.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # On SQLite this makes the table anew, which is safe because no other refers to it.
    with op.batch_alter_table("article_ratings") as ratings:
        ratings.drop_constraint("fk_article_ratings_article_id", type_="foreignkey")


def downgrade() -> None:
    op.execute(
        "DELETE FROM article_ratings WHERE article_id NOT IN (SELECT id FROM knowledge_articles)"
    )
    with op.batch_alter_table("article_ratings") as ratings:
        ratings.create_foreign_key(
            "fk_article_ratings_article_id", "knowledge_articles", ["article_id"], ["id"]
        )
