"""Files that D1 runs, and that leave other values in the rows."""

from __future__ import annotations

from tests.cases.case import Case, safe, unsafe, warned

_GUESTS = "CREATE TABLE `guests` (`id` text PRIMARY KEY NOT NULL, `mail` text NOT NULL, `seen` integer);\n"
_GUEST_ROWS = "INSERT INTO guests VALUES ('a', 'a@x.org', 1), ('b', 'b@x.org', NULL);"
_LISTS = "CREATE TABLE clients (id INTEGER PRIMARY KEY, phone TEXT NOT NULL, town TEXT NOT NULL);\n"
_LIST_ROWS = "INSERT INTO clients VALUES (1, '0049 30', 'Berlin'), (2, '0033 1', 'Paris');"


def _clients(copy: str, columns: str = "town TEXT NOT NULL, phone TEXT NOT NULL") -> str:
    return (
        f"CREATE TABLE clients_v2 (id INTEGER PRIMARY KEY, {columns});\n{copy}\n"
        "DROP TABLE clients;\nALTER TABLE clients_v2 RENAME TO clients;\n"
    )


_COUNTED = "CREATE TABLE tickets (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);\n"
_COUNTED_ROWS = "INSERT INTO tickets (text) VALUES ('a'), ('b'), ('c'); DELETE FROM tickets WHERE id = 3;"
_NEXT = "INSERT INTO tickets (text) VALUES ('n') RETURNING id"
_REBUILD_TICKETS = """
CREATE TABLE tickets_v2 (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL DEFAULT '');
INSERT INTO tickets_v2 (id, text) SELECT id, text FROM tickets;
DROP TABLE tickets;
ALTER TABLE tickets_v2 RENAME TO tickets;
"""
_TOUCHED = """
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, changed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TRIGGER notes_changed AFTER UPDATE {of} ON notes {when}
BEGIN UPDATE notes SET changed = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
"""
_TOUCHED_ROWS = "INSERT INTO notes VALUES (1, 'Milk', '2020-02-02 10:00:00');"
_BACKFILL = "ALTER TABLE notes ADD COLUMN slug TEXT;\nUPDATE notes SET slug = lower(text) WHERE slug IS NULL;\n"
_CHANGED = "SELECT slug, changed = '2020-02-02 10:00:00' FROM notes"

CASES = (
    Case(
        "a copy reads a quoted column that is not there",
        _GUESTS,
        "CREATE TABLE `__new_guests` (`id` text PRIMARY KEY NOT NULL, `mail` text NOT NULL, `ticket` text);\n"
        'INSERT INTO `__new_guests`("id", "mail", "ticket") SELECT "id", "mail", "ticket" FROM `guests`;\n'
        "DROP TABLE `guests`;\nALTER TABLE `__new_guests` RENAME TO `guests`;\n",
        unsafe("quoted-name-is-text", phrases=("ticket",)),
        _GUEST_ROWS,
        then=(("SELECT ticket FROM guests", [["ticket"], ["ticket"]]),),
    ),
    Case(
        "a DELETE reads a quoted column that is not there",
        _GUESTS,
        'DELETE FROM guests WHERE "last_login" IS NOT NULL;',
        unsafe("quoted-name-is-text"),
        _GUEST_ROWS,
        then=(("SELECT count(*) FROM guests", [[0]]),),
    ),
    Case(
        "an index over a quoted column that is not there",
        _GUESTS,
        'CREATE INDEX guests_town ON guests ("town");',
        unsafe("quoted-name-is-text"),
        _GUEST_ROWS,
        then=(("SELECT name FROM pragma_index_info('guests_town')", [[None]]),),
    ),
    Case(
        "a quoted default is text as well",
        _GUESTS,
        'ALTER TABLE guests ADD COLUMN greeting TEXT NOT NULL DEFAULT "mail";',
        unsafe("quoted-name-is-text"),
        _GUEST_ROWS,
        then=(("SELECT DISTINCT greeting FROM guests", [["mail"]]),),
    ),
    Case(
        "a copy swaps two columns",
        _LISTS,
        _clients("INSERT INTO clients_v2 (id, town, phone) SELECT id, phone, town FROM clients;"),
        unsafe("values-moved", phrases=("`phone`", "`town`")),
        _LIST_ROWS,
        then=(("SELECT phone, town FROM clients WHERE id = 1", [["Berlin", "0049 30"]]),),
    ),
    Case(
        "a copy without column names after the order changed",
        _LISTS,
        _clients("INSERT INTO clients_v2 SELECT id, phone, town FROM clients;"),
        unsafe("values-moved"),
        _LIST_ROWS,
        then=(("SELECT phone FROM clients WHERE id = 2", [["Paris"]]),),
    ),
    Case(
        "a copy writes a column's name",
        _LISTS,
        _clients("INSERT INTO clients_v2 (id, town, phone) SELECT id, 'town', phone FROM clients;"),
        unsafe("values-moved"),
        _LIST_ROWS,
        then=(("SELECT DISTINCT town FROM clients", [["town"]]),),
    ),
    Case(
        "a column is renamed by a rebuild",
        _LISTS,
        _clients(
            "INSERT INTO clients_v2 (id, city, phone) SELECT id, town, phone FROM clients;",
            "city TEXT NOT NULL, phone TEXT NOT NULL",
        ),
        unsafe("rename-column", silent=("drop-column", "values-moved")),
        _LIST_ROWS,
        then=(("SELECT city FROM clients WHERE id = 1", [["Berlin"]]),),
    ),
    Case(
        "a type becomes INTEGER",
        "CREATE TABLE parcels (id INTEGER PRIMARY KEY, zip TEXT, weight TEXT);",
        "CREATE TABLE parcels_v2 (id INTEGER PRIMARY KEY, zip INTEGER, weight REAL);\n"
        "INSERT INTO parcels_v2 (id, zip, weight) SELECT id, zip, weight FROM parcels;\n"
        "DROP TABLE parcels;\nALTER TABLE parcels_v2 RENAME TO parcels;\n",
        warned("values-moved", phrases=("SELECT",)),
        "INSERT INTO parcels VALUES (1, '01067', '2,5'), (2, '80331', '3.5');",
        then=(("SELECT zip, weight FROM parcels", [[1067, "2,5"], [80331, 3.5]]),),
    ),
    Case(
        "a CAST cuts values",
        "CREATE TABLE parcels (id INTEGER PRIMARY KEY, sent TEXT, cents REAL);",
        "CREATE TABLE parcels_v2 (id INTEGER PRIMARY KEY, sent INTEGER, cents INTEGER);\n"
        "INSERT INTO parcels_v2 (id, sent, cents)\n"
        "SELECT id, CAST(sent AS INTEGER), CAST(cents AS INTEGER) FROM parcels;\n"
        "DROP TABLE parcels;\nALTER TABLE parcels_v2 RENAME TO parcels;\n",
        warned("values-moved", phrases=("SELECT",)),
        "INSERT INTO parcels VALUES (1, '2026-05-06 07:08:09', 12.75);",
        then=(("SELECT sent, cents FROM parcels", [[2026, 12]]),),
    ),
    Case(
        "a rebuild forgets the highest id",
        _COUNTED,
        _REBUILD_TICKETS,
        warned("counter-reset"),
        _COUNTED_ROWS,
        then=((_NEXT, [[3]]),),
    ),
    Case(
        "the counters of all tables are deleted",
        _COUNTED,
        "DELETE FROM sqlite_sequence;",
        warned("counter-reset"),
        _COUNTED_ROWS,
        then=((_NEXT, [[3]]),),
    ),
    Case(
        "a rebuild keeps the highest id",
        _COUNTED,
        _REBUILD_TICKETS.replace(
            "DROP TABLE",
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'tickets_v2', 0\n"
            "  WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'tickets_v2');\n"
            "UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tickets'), 0)\n"
            "  WHERE name = 'tickets_v2';\nDROP TABLE",
        ),
        safe("counter-reset"),
        _COUNTED_ROWS,
        then=((_NEXT, [[4]]),),
    ),
    Case(
        "a backfill fires a touch trigger",
        _TOUCHED.format(of="", when=""),
        _BACKFILL,
        warned("trigger-overwrites", phrases=("`notes_changed`", "`changed`")),
        _TOUCHED_ROWS,
        then=((_CHANGED, [["milk", 0]]),),
    ),
    Case(
        "a backfill fires a touch trigger with a condition",
        _TOUCHED.format(of="", when="WHEN NEW.changed = OLD.changed"),
        _BACKFILL,
        warned("trigger-overwrites"),
        _TOUCHED_ROWS,
        then=((_CHANGED, [["milk", 0]]),),
    ),
    Case(
        "a backfill does not fire a trigger of another column",
        _TOUCHED.format(of="OF text", when=""),
        _BACKFILL,
        safe("trigger-overwrites", "unbounded-write"),
        _TOUCHED_ROWS,
        then=((_CHANGED, [["milk", 1]]),),
    ),
    Case(
        "a backfill of the whole new column",
        "CREATE TABLE halls (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
        "ALTER TABLE halls ADD COLUMN label TEXT;\nUPDATE halls SET label = 'hall ' || name;\n",
        safe("unbounded-write"),
        "INSERT INTO halls VALUES (1, 'north');",
        then=(("SELECT label FROM halls", [["hall north"]]),),
    ),
)
