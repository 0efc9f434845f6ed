"""Errors as the API tells them: problem details (RFC 9457), each with the id of its request."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.errors import AttuneError, ModelError, SettingsError, StorageError, TooBusy
from tools.errors import CatalogueError, ToolError, UnknownItem

MEDIA_TYPE = "application/problem+json"
_OPENAI = ("/v1/chat/", "/v1/models")
_SHOWN_ERRORS = 10
_log = structlog.get_logger(__name__)


class FieldProblem(BaseModel):
    """One field that cannot be as it was given."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong and what to do instead."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "thread 't1' of user 'ana' has no turns; POST /v1/threads/t1/turns begins it",
                    "request_id": "5f0c8a1b2d3e4f60",
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    """Which fields, where the request itself is at fault."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return these statuses as OpenAPI shows them."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "model": Problem,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def request_id(scope: Mapping[str, Any]) -> str:
    """Return the id that the journal gave a request."""
    return str(scope.get("state", {}).get("request_id", ""))


def problem_response(
    scope: Mapping[str, Any],
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldProblem] = (),
) -> Response:
    """Return an error as a response. Paths of the OpenAI protocol carry its `error` member too."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request_id(scope),
        errors=list(errors) or None,
    )
    content = problem.model_dump(exclude_none=True)
    if str(scope.get("path", "")).startswith(_OPENAI):
        kind = "invalid_request_error" if status < 500 else "server_error"
        content["error"] = {"message": detail, "type": kind, "param": None, "code": None}
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Let every error of the app be told as a problem."""
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AttuneError, _ours)
    app.add_exception_handler(CatalogueError, _ours)
    app.add_exception_handler(ToolError, _ours)


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error that is raised on purpose."""
    if isinstance(error, StarletteHTTPException):
        return error.status_code
    if isinstance(error, UnknownItem):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, ModelError):
        return HTTPStatus.BAD_GATEWAY
    if isinstance(error, (StorageError, TooBusy)):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, SettingsError):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, (AttuneError, CatalogueError, ToolError)):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.INTERNAL_SERVER_ERROR


def detail_of(error: Exception) -> str:
    """Return what may be told of an error: of one that nobody foresaw, nothing but that it was noted."""
    if isinstance(error, StarletteHTTPException):
        return str(error.detail)
    if isinstance(error, (AttuneError, CatalogueError, ToolError)):
        return str(error)
    return "something went wrong here; the log has it under this request's id"


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    detail = str(error.detail)
    if detail == HTTPStatus(error.status_code).phrase:
        # The router's own words: say what was asked for and where to look.
        detail = f"{request.method} {request.url.path!r} is not served here; /docs lists what is"
    return problem_response(request.scope, error.status_code, detail, headers=error.headers)


async def _ours(request: Request, error: Exception) -> Response:
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooBusy) else None
    return problem_response(request.scope, status_of(error), str(error), headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    broken = next((one for one in error.errors() if one["type"] == "json_invalid"), None)
    if broken:
        why = broken.get("ctx", {}).get("error", "it ends early")
        detail = f"the body is not JSON: {why} at character {broken['loc'][-1]}"
        return problem_response(request.scope, HTTPStatus.BAD_REQUEST, detail)
    # Where and why, never the input itself: it may be what somebody said.
    errors = [
        FieldProblem(field=".".join(str(part) for part in one["loc"]), message=str(one["msg"]))
        for one in error.errors()[:_SHOWN_ERRORS]
    ]
    first = errors[0]
    return problem_response(
        request.scope, HTTPStatus.UNPROCESSABLE_ENTITY, f"{first.field}: {first.message}", errors=errors
    )


def not_found(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.NOT_FOUND, detail)


def unprocessable(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
