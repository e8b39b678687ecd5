"""Values from flags, the environment and files, checked against the fields of Settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, SecretStr, ValidationError, create_model

from pulse_ci.errors import ConfigError
from pulse_ci.settings import Settings, list_variables

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def build_model() -> type[BaseModel]:
    """Return the pydantic model with the fields of Settings, each of which may be absent."""
    hints = get_type_hints(Settings, localns={"SecretStr": SecretStr}, include_extras=True)
    definitions: dict[str, Any] = {name: (_add_reader(hints[name]), None) for name in list_variables()}
    return create_model("Inputs", **definitions)


def _add_reader(hint: Any) -> Any:
    if get_origin(hint) is not Annotated:
        return hint
    kind, *metadata = get_args(hint)
    return Annotated[kind, *(BeforeValidator(each) if callable(each) else each for each in metadata)]


def parse_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values`, by the name of the setting, each with the type of its field.

    Raises:
        ConfigError: a value is not allowed; it names the flag or input and what to write.

    """
    try:
        parsed = build_model().model_validate(dict(values))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        raise ConfigError("; ".join(map(_format_problem, problems))) from None
    return {name: getattr(parsed, name) for name in parsed.model_fields_set}


def _format_problem(problem: Any) -> str:
    name = str(problem["loc"][0]).replace("_", "-")
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
