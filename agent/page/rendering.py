"""Fills the page's templates. Whatever is put into them is escaped: titles and typed words are text, never HTML."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent


def render(template: str, **values: Any) -> str:
    """Return a template of the page as HTML. Raises jinja2.UndefinedError for a value that was not given."""
    return _environment().get_template(f"{template}.html").render(**values)


def asset(name: str) -> str:
    """Return a style sheet or script of the page."""
    return (_FOLDER / name).read_text(encoding="utf8")


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_FOLDER / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
