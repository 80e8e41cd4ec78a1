"""The tables of the first databases, made before there were migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# A copy: the tables of `database` follow the program, these stay as they were.
TABLES = sa.MetaData()
sa.Table(
    "scenarios",
    TABLES,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "fleets",
    TABLES,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)
sa.Table(
    "revisions",
    TABLES,
    sa.Column("scenario_id", sa.ForeignKey("scenarios.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changes", sa.JSON, nullable=False),
    sa.Column("fleet_hash", sa.ForeignKey("fleets.hash")),
    sa.Column("content", sa.Text, nullable=False),
    sa.CheckConstraint("number >= 1", name="revisions_number"),
    sa.ForeignKeyConstraint(
        ["scenario_id", "parent"], ["revisions.scenario_id", "revisions.number"]
    ),
)
sa.Table(
    "drafts",
    TABLES,
    sa.Column("token", sa.String(32), primary_key=True),
    sa.Column("scenario_id", sa.String(32)),
    sa.Column("number", sa.Integer),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)


def upgrade() -> None:
    """Make those that are missing: all, none, or the drafts, which came after the others."""
    TABLES.create_all(op.get_bind())
