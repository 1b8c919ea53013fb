"""Write the tables of a new SQLite database as the migrations make them, so that it needs none of them.

    python tools/newest_tables.py

Run it after adding a migration. Writes src/gatecast/store/migrations/newest_sqlite.sql.
"""

from __future__ import annotations

import tempfile

import sqlalchemy as sa

from gatecast.store.database import BETWEEN_STATEMENTS, NEWEST_TABLES, SCRIPTS, Database, database_url
from gatecast.store.upgrade import upgrade

MADE_BY_SQLITE = "sqlite_%"


def statements(connection: sa.Connection) -> list[str]:
    """Statements that make the tables of a database again, in the order in which they were made, and their rows."""
    query = sa.text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE :made ORDER BY rowid")
    found = connection.execute(query, {"made": MADE_BY_SQLITE}).all()
    rows = [
        f"INSERT INTO {name} VALUES ({', '.join(quoted(cell) for cell in row)})"
        for kind, name, _ in found
        if kind == "table"
        for row in connection.exec_driver_sql(f"SELECT * FROM {name}")
    ]
    return [*(sql for *_, sql in found), *rows]


def quoted(cell: object) -> str:
    """A number or a text as SQL writes it."""
    return str(cell) if isinstance(cell, int) else "'" + str(cell).replace("'", "''") + "'"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(database_url(folder))
        with database.writing() as connection:
            upgrade(connection, SCRIPTS)
            text = "".join(each + BETWEEN_STATEMENTS for each in statements(connection))
        database.close()
    (SCRIPTS / NEWEST_TABLES).write_text(text.rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
