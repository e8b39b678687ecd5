from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_ci.sql.tokens import TokenKind, tokenize, unquote


@given(st.text())
def test_tokens_joined_are_the_text(sql: str) -> None:
    assert "".join(token.text for token in tokenize(sql)) == sql


@given(st.text())
def test_each_token_starts_where_the_one_before_ends(sql: str) -> None:
    position = 0
    for token in tokenize(sql):
        assert token.start == position
        position = token.end


@pytest.mark.parametrize(
    ("spelled", "name"),
    [("a", "a"), ('"a""b"', 'a"b'), ("`a``b`", "a`b"), ("[a b]", "a b"), ("'it''s'", "it's")],
)
def test_a_name_is_read_in_each_of_its_quotes(spelled: str, name: str) -> None:
    assert unquote(spelled) == name


def test_a_comment_that_is_never_closed_takes_the_rest() -> None:
    *_, last = tokenize("SELECT 1 /* and ; so on")

    assert last.kind is TokenKind.OPEN_COMMENT
    assert not last.is_code
