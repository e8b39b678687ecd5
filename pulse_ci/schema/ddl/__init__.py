"""Stored CREATE statements to schema objects, in one spelling for one meaning.

All structure is read from the statement that SQLite stored, by a reader over SQLite's own tokens, and none
by pragma. The pragmas know neither CHECK, nor a column's collation, nor conflict clauses, nor deferrability;
one text gives one value, so that each is read once however often a schema is introspected; and the schema of
a live database is one query. That the reader sees what the pragmas see is for the tests to prove, on written
and generated schemas.

Two objects mean the same when SQLite reports the same facts of them and does the same with them:
- the case of names and keywords, space, comments, kinds of quotes, IF NOT EXISTS and `main.` say nothing, but for
  the case of what columns of tables and views are called, which a Worker sees in its rows;
- nor do constraint names, nor where a constraint is written, nor what is the default anyway;
- a declared type is a fact by its words, so INT is not INTEGER; the order of columns is one too;
- of expressions the tokens count: nothing is rearranged or computed, and strings are kept to the letter;
- the text "x" in double quotes is a name where there is such a name, else the string 'x', as SQLite has it.
"""
