"""What the migrations table says, held against the files and the schema."""

from __future__ import annotations

from pulse_ci.d1.migration_status import DatabaseMigrations, RecordedMigrations, compare_records
from tests.d1.histories import history, live, standings

PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);",
    n002_goals="CREATE TABLE goals (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON goals (name);",
    n003_lower="UPDATE sites SET url = lower(url);",
    n004_plan="ALTER TABLE sites ADD COLUMN plan TEXT;",
)


def state(recorded: str, *ran: str, by_hand: str = "", edited: frozenset[str] = frozenset()) -> DatabaseMigrations:
    return compare_records(
        PAST, live(PAST, *ran, by_hand=by_hand), RecordedMigrations("d1_migrations", tuple(recorded.split())), edited
    )


def note_of(found: DatabaseMigrations, number: str) -> str:
    return next(each.detail for each in found.files if each.name.startswith(number))


def test_what_is_recorded_is_applied_and_the_rest_is_pending() -> None:
    found = state("001_sites.sql 002_goals.sql", "001", "002")

    assert standings(found) == {"001": "applied", "002": "applied", "003": "pending", "004": "pending"}
    assert [each.name for each in found.pending] == ["003_lower.sql", "004_plan.sql"]
    assert found.drift == ()


def test_a_file_that_changes_rows_alone_is_what_the_record_says() -> None:
    found = state("001_sites.sql 002_goals.sql 003_lower.sql", "001", "002", "003")

    assert standings(found)["003"] == "applied"


def test_a_file_below_an_applied_one_is_out_of_order_and_names_it() -> None:
    found = state("001_sites.sql 004_plan.sql", "001", "004")

    assert standings(found) == {"001": "applied", "002": "out of order", "003": "out of order", "004": "applied"}
    assert note_of(found, "002") == "`004_plan.sql` has run already."
    assert found.drift == ()


def test_the_schema_is_replayed_in_the_order_of_the_records() -> None:
    past = history(n001_sites="CREATE TABLE sites (id);", n002_a="ALTER TABLE sites ADD COLUMN a;", n003_b=ADD_B)
    schema = live(past, "001", "003", "002")

    in_order = RecordedMigrations("d1_migrations", ("001_sites.sql", "002_a.sql", "003_b.sql"))
    as_it_was = RecordedMigrations("d1_migrations", ("001_sites.sql", "003_b.sql", "002_a.sql"))

    assert compare_records(past, schema, as_it_was).drift == ()
    assert compare_records(past, schema, in_order).drift != ()


ADD_B = "ALTER TABLE sites ADD COLUMN b;"


def test_a_file_that_ran_without_a_record_would_be_run_again() -> None:
    found = state("001_sites.sql", "001", "002")

    assert standings(found)["002"] == "applied, not recorded"
    assert note_of(found, "002") == (
        "What it does to table `goals` is there: `wrangler d1 migrations apply` would run it again."
    )
    assert found.drift == ()


def test_a_file_of_which_a_part_is_there_is_pending_and_says_so() -> None:
    found = state("001_sites.sql", "001", by_hand="CREATE TABLE goals (id INTEGER PRIMARY KEY, name TEXT);")

    assert standings(found)["002"] == "pending"
    assert note_of(found, "002") == "What it does to table `goals` is there already, but not all of it."
    assert [change.name for change in found.drift] == ["goals"]


def test_a_record_without_its_tables_is_not_believed() -> None:
    found = state("001_sites.sql 002_goals.sql", "001")

    assert standings(found)["002"] == "recorded, not there"
    assert note_of(found, "002") == "What it does to table `goals` is not there."
    assert found.drift == ()


def test_an_index_that_was_dropped_by_hand_is_drift_and_the_file_stays_applied() -> None:
    found = state("001_sites.sql 002_goals.sql", "001", "002", by_hand="DROP INDEX by_name;")

    assert standings(found)["002"] == "applied"
    assert [(change.action.value, change.name) for change in found.drift] == [("removed", "by_name")]


def test_a_file_whose_index_is_there_in_another_form_was_edited_or_the_database_was() -> None:
    found = state(
        "001_sites.sql 002_goals.sql", "001", "002", by_hand="DROP INDEX by_name; CREATE INDEX by_name ON goals (id);"
    )

    assert standings(found)["002"] == "edited since"
    assert "index `by_name` in another form" in note_of(found, "002")
    assert [change.name for change in found.drift] == ["by_name"]


def test_a_file_that_git_knows_as_edited_is_told_though_the_schema_is_as_it_was() -> None:
    found = state("001_sites.sql", "001", edited=frozenset({"migrations/001_sites.sql", "migrations/002_goals.sql"}))

    assert standings(found)["001"] == "edited since"
    assert standings(found)["002"] == "pending"


def test_a_file_is_renamed_where_its_number_or_its_description_is_recorded_and_its_effect_is_there() -> None:
    found = state("001_pages.sql 0002_goals.sql", "001", "002")

    assert standings(found) == {"001": "renamed", "002": "renamed", "003": "pending", "004": "pending"}
    assert [each.recorded_as for each in found.files[:2]] == ["001_pages.sql", "0002_goals.sql"]


def test_a_number_that_another_branch_has_taken_is_no_rename() -> None:
    found = state("001_sites.sql 002_funnels.sql", "001", by_hand="CREATE TABLE funnels (id);")

    assert [(each.name, each.status.value) for each in found.files if each.name.startswith("002")] == [
        ("002_goals.sql", "pending"),
        ("002_funnels.sql", "missing"),
    ]
    assert [change.name for change in found.drift] == ["funnels"]


def test_an_empty_table_of_records_leaves_what_has_run_unrecorded() -> None:
    found = state("", "001", "002")

    assert list(standings(found).values()) == ["applied, not recorded", "applied, not recorded", "pending", "pending"]
