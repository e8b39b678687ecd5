from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulse_ci.sql.names import unquote
from pulse_ci.sql.tokens import TokenKind, tokenize, tokenize_comments
from tests.sql.test_split import SQL

NOTED = (TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT, TokenKind.UNTERMINATED_QUOTE)


@given(st.text())
def test_tokens_joined_are_the_text(sql: str) -> None:
    assert "".join(token.text for token in tokenize(sql)) == sql


@given(st.text())
def test_each_token_starts_where_the_one_before_ends(sql: str) -> None:
    position = 0
    for token in tokenize(sql):
        assert token.start == position
        position = token.end


@given(SQL)
@example("$a(--)-- b")
@example("x'--'a$b/* c */->>--d\n'")
def test_the_comments_alone_are_those_among_all_tokens(sql: str) -> None:
    assert list(tokenize_comments(sql)) == [token for token in tokenize(sql) if token.kind in NOTED]


@pytest.mark.parametrize(
    ("spelled", "name"),
    [("a", "a"), ('"a""b"', 'a"b'), ("`a``b`", "a`b"), ("[a b]", "a b"), ("'it''s'", "it's")],
)
def test_a_name_is_read_in_each_of_its_quotes(spelled: str, name: str) -> None:
    assert unquote(spelled) == name


def test_a_comment_that_is_never_closed_takes_the_rest() -> None:
    *_, last = tokenize("SELECT 1 /* and ; so on")

    assert last.kind is TokenKind.UNTERMINATED_COMMENT
    assert not last.is_code
