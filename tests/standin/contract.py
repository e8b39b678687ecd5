"""Requests and answers, judged by GitHub's OpenAPI description."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.standin.description import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.standin.description import Json

_URN = "urn:github"
_BASIC_ERROR = "/components/schemas/basic-error"
# What any operation may answer, though the description lists it for few:
# https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
_ANYWHERE = frozenset({301, 307, 401, 403, 404, 429, 500, 502, 503})


@dataclass(frozen=True)
class Operation:
    """One operation of the description, and the values in the path that it was found by."""

    template: str
    method: str
    variables: dict[str, str]


class Contract:
    """The description, ready to judge."""

    def __init__(self, description: Json | None = None) -> None:
        self._description = load() if description is None else description
        resource = DRAFT4.create_resource(self._description)
        self._registry: Registry[Any] = Registry().with_resource(_URN, resource)
        self._validators: dict[str, OAS30Validator] = {}

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(template, _pattern(template)) for template in self._description["paths"]]

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request asks for."""
        for template, pattern in self._patterns:
            match = pattern.fullmatch(path)
            if match and method.lower() in self._description["paths"][template]:
                return Operation(template, method.lower(), match.groupdict())
        return None

    def judge_request(self, operation: Operation, query: Mapping[str, str], body: object) -> list[str]:
        """Return what is wrong with a request."""
        described = self._operation(operation)
        pointer = self._pointer(operation)
        problems = list(self._judge_parameters(operation, described, query))
        content = described.get("requestBody", {}).get("content", {})
        if not content:
            return problems if body is None else [*problems, "a body, where none is expected"]
        schema = f"{pointer}/requestBody/content/application~1json/schema"
        properties = content["application/json"]["schema"].get("properties", {})
        unknown = set(body) - set(properties) if isinstance(body, dict) else set()
        return [*problems, *self._judge(schema, body), *(f"unknown field {name}" for name in sorted(unknown))]

    def judge_answer(self, operation: Operation, status: int, body: object) -> list[str]:
        """Return what is wrong with an answer."""
        described = self._operation(operation)["responses"].get(str(status))
        pointer = f"{self._pointer(operation)}/responses/{status}"
        if described is None:
            return self._judge(_BASIC_ERROR, body) if status in _ANYWHERE else [f"status {status}"]
        if "$ref" in described:
            pointer = described["$ref"].removeprefix("#")
            described = self._at(pointer)
        if "content" not in described:
            return [] if body is None else ["a body, where none is described"]
        return self._judge(f"{pointer}/content/application~1json/schema", body)

    def example(self, method: str, template: str, status: int) -> Any:
        """Return GitHub's own first example of an answer."""
        content = self._description["paths"][template][method]["responses"][str(status)]["content"]
        example = next(iter(content["application/json"]["examples"].values()))
        if "$ref" in example:
            example = self._at(example["$ref"].removeprefix("#"))
        return copy.deepcopy(example["value"])

    def _judge_parameters(self, operation: Operation, described: Json, query: Mapping[str, str]) -> Iterator[str]:
        parameters = [self._resolved(parameter) for parameter in described.get("parameters", [])]
        allowed = {parameter["name"]: parameter["schema"] for parameter in parameters if parameter["in"] == "query"}
        for name, value in query.items():
            if name not in allowed:
                yield f"unknown query parameter {name}"
            else:
                yield from (f"{name}: {problem}" for problem in self._judge_text(allowed[name], value))
        if int(query.get("per_page", "1")) > 100:
            yield "per_page: more than 100"
        for parameter in parameters:
            if parameter["in"] == "path":
                text = operation.variables[parameter["name"]]
                yield from (
                    f"{parameter['name']}: {problem}" for problem in self._judge_text(parameter["schema"], text)
                )

    def _judge_text(self, schema: Json, text: str) -> list[str]:
        value: object = int(text) if schema.get("type") == "integer" and text.isdecimal() else text
        return [error.message for error in OAS30Validator(schema, registry=self._registry).iter_errors(value)]

    def _judge(self, pointer: str, value: object) -> list[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            schema = {"$ref": f"{_URN}#{pointer}"}
            validator = OAS30Validator(schema, registry=self._registry, format_checker=oas30_format_checker)
            self._validators[pointer] = validator
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def _operation(self, operation: Operation) -> Json:
        described: Json = self._description["paths"][operation.template][operation.method]
        return described

    def _pointer(self, operation: Operation) -> str:
        return f"/paths/{operation.template.replace('/', '~1')}/{operation.method}"

    def _resolved(self, part: Json) -> Json:
        return self._at(part["$ref"].removeprefix("#")) if "$ref" in part else part

    def _at(self, pointer: str) -> Json:
        part = self._description
        for key in pointer.strip("/").split("/"):
            part = part[key.replace("~1", "/")]
        return part


def _pattern(template: str) -> re.Pattern[str]:
    # Only `path`, of a file, may hold slashes; it may be empty, which is the root.
    text = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    return re.compile(text.replace("(?P<path>[^/]+)", "(?P<path>.*)"))
