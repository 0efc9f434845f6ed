"""Routes of the widget that other web pages embed, and of a page that shows it."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).with_name("static")
_EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
_OWN_ONLY = {"Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'"}


@router.get("/widget.js")
async def widget() -> FileResponse:
    """The widget: one script tag puts it into a page."""
    return FileResponse(_STATIC / "widget.js", media_type="text/javascript", headers=_EMBEDDABLE)


@router.get("/widget-demo")
async def demo() -> FileResponse:
    """A page with the widget in it."""
    return FileResponse(_STATIC / "widget-demo.html", media_type="text/html", headers=_OWN_ONLY)
