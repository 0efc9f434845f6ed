"""Where the terminal program's logs go: warnings on standard error, so that standard output stays clean."""

import logging
import sys

import structlog


def log_to_stderr(level: int = logging.ERROR) -> None:
    """Write our own log lines of this level and above to standard error."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
