"""Reads stored CREATE statements into schema objects, which are equal when they mean the same.

All structure is read from the statement that SQLite stored, with a cursor over SQLite's own tokens, and nothing by
pragma. The pragmas know neither CHECK, nor a column's collation, nor conflict clauses, nor deferrability; a text
gives always the same value, so each is read once however often a schema is introspected; and the schema of a live
database is one query. Tests compare the result with the pragmas, on written and generated schemas.

Two objects mean the same when SQLite reports the same facts of them and does the same with them:
- the case of names and keywords, space, comments, kinds of quotes, IF NOT EXISTS and `main.` do not count, except
  the case of the columns of tables and views, which a Worker sees in its rows;
- constraint names do not count, nor where a constraint is written, nor a clause that states the default;
- a declared type counts by its words, so INT is not INTEGER; the order of columns counts;
- of expressions the tokens count: nothing is rearranged or computed, and strings keep their spelling;
- "x" in double quotes is a name where there is such a name, else the string 'x', as in SQLite.
"""
