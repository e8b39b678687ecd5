"""wrangler's configuration in its three forms, its environments, and what it takes for a migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.wrangler import WranglerDatabase, find_account_id, find_config, find_wrangler_database

if TYPE_CHECKING:
    from pathlib import Path

TOML = """\
name = "pulse"

[[d1_databases]]
binding = "DB"
database_name = "pulse_analytics"
database_id = "0001"
migrations_dir = "db/migrations"

[[env.staging.d1_databases]]
binding = "DB"
database_name = "pulse_staging"
database_id = "0002"
migrations_table = "applied"

[env.production]
"""
JSON = """{"d1_databases": [{"binding": "DB", "database_name": "pulse_analytics", "database_id": "0001",
"migrations_dir": "db/migrations"}], "env": {"staging": {"d1_databases": [{"binding": "DB", "database_name":
"pulse_staging", "database_id": "0002", "migrations_table": "applied"}]}, "production": {}}}"""
JSONC = "// ours\n" + JSON.replace("}]}, ", "},], /* last */ }, ").replace('"0001",', '"0001", // id\n')

FORMS = {"wrangler.toml": TOML, "wrangler.json": JSON, "wrangler.jsonc": JSONC}
each_form = pytest.mark.parametrize("form", FORMS)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@each_form
def test_the_database_is_read_from_each_form(tmp_path: Path, form: str) -> None:
    config = written(tmp_path, form, FORMS[form])

    assert find_wrangler_database(config) == WranglerDatabase(
        config, "DB", "pulse_analytics", "0001", "db/migrations", "d1_migrations", None
    )


def test_what_cloudflare_needs_to_know_is_read_with_the_line(tmp_path: Path) -> None:
    text = TOML.replace('name = "pulse"', 'account_id = "ffff"').replace(
        '"0001"', '"0001"\npreview_database_id = "0003"'
    )
    config = written(tmp_path, "wrangler.toml", text)

    top, staging = find_wrangler_database(config), find_wrangler_database(config, environment="staging")

    assert top is not None
    assert (top.account_id, top.preview_id, top.line) == ("ffff", "0003", 6)
    assert staging is not None
    assert (staging.account_id, staging.preview_id, staging.line) == ("ffff", None, 13)
    assert find_account_id(config, "production") == "ffff"


@each_form
def test_an_environment_has_its_own(tmp_path: Path, form: str) -> None:
    config = written(tmp_path, form, FORMS[form])

    assert find_wrangler_database(config, environment="staging") == WranglerDatabase(
        config, "DB", "pulse_staging", "0002", "migrations", "applied", None
    )


@each_form
def test_an_environment_inherits_none(tmp_path: Path, form: str) -> None:
    config = written(tmp_path, form, FORMS[form])

    assert find_wrangler_database(config, environment="production") is None
    with pytest.raises(ConfigError, match=r"has no D1 database 'DB' in environment production \(it has: none\)"):
        find_wrangler_database(config, environment="production", database="DB")


@pytest.mark.parametrize("name", ["DB", "pulse_analytics", "0001"])
def test_a_database_is_known_by_binding_name_and_id(tmp_path: Path, name: str) -> None:
    database = find_wrangler_database(written(tmp_path, "wrangler.toml", TOML), database=name)

    assert database is not None
    assert database.id == "0001"


def test_the_database_is_the_one_that_uses_the_directory(tmp_path: Path) -> None:
    config = written(tmp_path, "wrangler.toml", TOML + '[[d1_databases]]\nbinding = "B"\nmigrations_dir = "./b/"\n')

    database = find_wrangler_database(config, directory=tmp_path / "b")

    assert database is not None
    assert database.binding == "B"
    assert find_wrangler_database(config, directory=tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("wrangler.toml", "name = ", "is not valid: Invalid value"),
        ("wrangler.toml", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "is not valid: "),
        ("wrangler.json", "{", "is not valid: "),
        ("wrangler.jsonc", "{,}", "is not valid: "),
        ("wrangler.json", "", "is not valid: "),
        ("wrangler.json", "[]", "does not hold an object at its top"),
        ("wrangler.json", "[" * 100_000, "is not valid: "),
        ("wrangler.jsonc", "// x\n" + "[" * 3_000, "is not valid: "),
        ("wrangler.json", '{"d1_databases": {}}', ""),
        ("wrangler.json", '{"d1_databases": "DB"}', "d1_databases is not a list of tables"),
        ("wrangler.json", '{"d1_databases": ["DB"]}', "d1_databases is not a list of tables"),
        ("wrangler.json", '{"d1_databases": [{"database_id": 1}]}', "database_id of a D1 database is not a string"),
        (
            "wrangler.json",
            '{"d1_databases": [{"migrations_dir": "a\\u0000"}]}',
            "migrations_dir of a D1 database holds a NUL character",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    config = written(tmp_path, name, text)

    if not said:
        assert find_wrangler_database(config) is None
        return
    with pytest.raises(ConfigError) as raised:
        find_wrangler_database(config)
    assert str(raised.value).startswith(str(config))
    assert said in str(raised.value)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("text", ['{"env": []}', '{"env": "x"}', '{"env": {"staging": 1}}', "{}"])
def test_an_environment_that_is_not_there_is_named(tmp_path: Path, text: str) -> None:
    config = written(tmp_path, "wrangler.json", text)

    with pytest.raises(ConfigError, match=r"has no environment 'staging'\. Correct --environment\."):
        find_wrangler_database(config, environment="staging")


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        find_wrangler_database(tmp_path / name)


def test_the_nearest_file_counts_and_json_before_toml(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    written(tmp_path, "wrangler.toml", TOML)
    assert find_config(inner, tmp_path) == tmp_path / "wrangler.toml"

    written(tmp_path, "wrangler.json", JSON)
    assert find_config(inner, tmp_path) == tmp_path / "wrangler.json"
    assert find_config(inner, tmp_path / "a") is None
