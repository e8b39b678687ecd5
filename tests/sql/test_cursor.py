"""The cursor keeps to names, lists and groups, and never runs past the end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, is_enclosed, split_at_commas
from pulse_ci.sql.tokens import tokenize_code

_WORDS = st.lists(st.sampled_from(["a", '"b"', "'c'", "SELECT", "AS", ".", ",", "(", ")", ";", "1"]), max_size=12)


def test_top_level_leaves_out_what_is_in_parentheses() -> None:
    cursor = TokenCursor.from_sql("a (b, (c)) d ')' (e);")

    assert [token.text for token in cursor.top_level] == ["a", "(", ")", "d", "')'", "(", ")"]


def test_an_item_is_a_token_or_a_whole_group() -> None:
    cursor = TokenCursor.from_sql("((a), b) c")

    assert cursor.skip_item()
    assert cursor.next_word == "C"
    assert cursor.skip_item()
    assert cursor.is_done


def test_an_open_group_ends_with_the_text() -> None:
    cursor = TokenCursor.from_sql("(a, (b)")

    assert not cursor.skip_item()
    assert cursor.is_done
    with pytest.raises(UnreadableSqlError):
        TokenCursor.from_sql("(a").read_group()


@pytest.mark.parametrize(
    ("sql", "name"),
    [("main.a", "a"), ('"a b"', "a b"), ("[x]]", "x"), ("IF NOT EXISTS `t`", "t"), ("'s'.'t'", "t")],
)
def test_a_created_name_is_read_without_schema_guard_and_quotes(sql: str, name: str) -> None:
    assert TokenCursor.from_sql(sql).read_created_name() == name


@pytest.mark.parametrize(
    ("sql", "parts"),
    [("a, f(b, c), d", ["a", "f ( b , c )", "d"]), ("", [""]), (",", ["", ""]), ("(a, b)", ["( a , b )"])],
)
def test_lists_are_cut_at_their_own_commas(sql: str, parts: list[str]) -> None:
    found = split_at_commas(tokenize_code(sql))

    assert [" ".join(token.text for token in part) for part in found] == parts


@pytest.mark.parametrize(
    ("sql", "enclosed"), [("(a)", True), ("((a), b)", True), ("(a) + (b)", False), ("(a", False), ("a", False)]
)
def test_enclosed_means_by_one_pair_of_parentheses(sql: str, enclosed: bool) -> None:
    assert is_enclosed(list(tokenize_code(sql))) is enclosed


def test_what_precedes_a_word_is_read_over_groups() -> None:
    cursor = TokenCursor.from_sql("a (FROM) b FROM c")

    assert [token.text for token in cursor.read_before("FROM")] == ["a", "(", "FROM", ")", "b"]
    assert cursor.accept("FROM")
    assert [token.text for token in cursor.read_before("WHERE")] == ["c"]


@given(_WORDS)
def test_each_method_moves_to_the_end_at_most(words: list[str]) -> None:
    for read in (TokenCursor.read_name_list, TokenCursor.read_group, TokenCursor.read_created_name):
        cursor = TokenCursor.from_sql(" ".join(words))
        while not cursor.is_done:
            before = cursor.position
            try:
                read(cursor)
            except UnreadableSqlError:
                cursor.skip_item()
            if cursor.position == before:
                cursor.skip_item()
        assert cursor.position == len(cursor.tokens)


def test_deep_and_long_texts_take_linear_time() -> None:
    start = time.thread_time()
    for sql in ("(" * 100_000, "a," * 100_000, "(a)" * 50_000, ")" * 100_000):
        cursor = TokenCursor.from_sql(sql)
        cursor.read_before("FROM")
        split_at_commas(cursor.tokens)

    assert time.thread_time() - start < 10
