"""Routes for whoever runs the server: alive, ready, figures."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Response

from agent.api.desk import TheDesk
from agent.api.metrics import CONTENT_TYPE
from agent.api.problems import documented

router = APIRouter(tags=["running it"])

_log = structlog.get_logger(__name__)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=documented(503))
async def readyz(desk: TheDesk) -> dict[str, Any]:
    """Whether turns can be taken: the catalogue is there and the stores answer."""
    parts = desk.agent.parts
    try:
        await desk.agent.view("readyz", "readyz")
    except Exception as error:
        _log.error("not ready", error=type(error).__name__, exc_info=error)
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "threads and profiles cannot be reached") from error
    return {
        "status": "ready",
        "domain": parts.catalogue.domain.name,
        "items": len(parts.catalogue),
        "model": parts.model is not None,
    }


@router.get("/metrics", response_class=Response, responses=documented(401, 421, 429))
async def metrics(desk: TheDesk) -> Response:
    """Figures for Prometheus."""
    return Response(desk.metrics.text(), media_type=CONTENT_TYPE)
