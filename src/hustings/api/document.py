"""The OpenAPI document: what each route answers, the form of every no, and where a pass is shown.

Says it only: answers are not checked against it while serving (tests/api does that).
"""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode as Mode
from typing_extensions import is_typeddict

from hustings import shapes
from hustings.api.bounds import SOUND_TYPE
from hustings.domain.refusals import TABLE

PROBLEM = "application/problem+json"
OPEN: dict[str, Any] = {"security": []}
REFUSED = {"$ref": "#/components/responses/Refused"}
PASSES = {
    "pass": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "owner": {"type": "apiKey", "in": "cookie", "name": "hustings_owner"},
}


def answers(kind: type, status: int = 200, *, pass_needed: bool = True) -> dict[str, Any]:
    """For a route's decorator: it answers JSON of this shape (`hustings.shapes`)."""
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    told = {"responses": {str(status): {"content": {"application/json": {"schema": schema}}}}}
    extra = told if pass_needed else told | OPEN
    return {"status_code": status, "response_model": None, "openapi_extra": extra}


def answers_other(media_type: str, *, pass_needed: bool = True) -> dict[str, Any]:
    """For a route's decorator: it answers something that is not JSON."""
    return {
        "response_class": Response,
        "responses": {200: {"content": {media_type: {"schema": {"type": "string"}}}}},
        "openapi_extra": {} if pass_needed else OPEN,
    }


def install(app: FastAPI) -> None:
    framework = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(framework())
        return framework()

    app.openapi = whole  # type: ignore[method-assign]


def _complete(told: dict[str, Any]) -> None:
    for methods in told["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)  # The framework's own form, which is not ours.
            operation["responses"]["default"] = REFUSED
    told["paths"]["/api/v1/sounds"]["put"]["requestBody"] = {
        "required": True,
        "content": {SOUND_TYPE.decode(): {"schema": {"type": "string", "format": "binary"}}},
    }
    told["security"] = [{name: []} for name in PASSES]
    parts = told["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["schemas"] |= _shapes() | {"Problem": _problem()}
    parts["securitySchemes"] = PASSES
    parts["responses"] = {
        "Refused": {
            "description": "A no (RFC 9457): what happened, and what to do about it.",
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }


def _shapes() -> dict[str, Any]:
    """Made when somebody asks for the document, not whenever a desk starts."""
    named = [getattr(shapes, name) for name in shapes.__all__]
    kinds = [TypeAdapter(kind) for kind in named if is_typeddict(kind)]
    asked: list[tuple[str, Mode, TypeAdapter[Any]]] = [
        (str(n), "serialization", kind) for n, kind in enumerate(kinds)
    ]
    _, told = TypeAdapter.json_schemas(asked, ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = told["$defs"]
    return found


def _problem() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    told = {
        "type": {"type": "string", "pattern": "^urn:hustings:refusal:"},
        "title": text,
        "status": {"enum": sorted({refusal.status for refusal in TABLE.values()})},
        "detail": text,
        "code": {"enum": sorted(TABLE)},
        "next": text,
    }
    return {"type": "object", "required": [*told], "properties": told}
