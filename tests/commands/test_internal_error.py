"""What nobody expected ends in one sentence that holds no value of the input."""

from __future__ import annotations

from pulse_ci.errors import InternalError


def fail(text: str) -> None:
    raise ValueError(text)


def test_an_internal_error_names_its_place_and_not_its_value() -> None:
    try:
        fail("sk_live_SECRET")
    except ValueError as error:
        found = str(InternalError.from_exception(error))

    assert found.startswith("internal error: ValueError in test_internal_error.py:")
    assert "PULSE_CI_TRACEBACK=1" in found
    assert "SECRET" not in found
