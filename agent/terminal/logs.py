"""Where the program's logs go: standard error, so that standard output stays clean."""

import logging
import sys

import structlog


def log_to_stderr(level: int = logging.ERROR, *, as_json: bool = False) -> None:
    """Write our own log lines of this level and above to standard error; as_json: a JSON object a line."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        # Local variables would carry what was said.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors += [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()]
    else:
        processors += [structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer()]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        # Not cached: a logger would hold on to the stream of whoever logged first.
        cache_logger_on_first_use=False,
    )
