"""Turns the errors of databases into one of ours, which says what became of the turn and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool

from agent.errors import StorageError

DATABASE_ERRORS = (sqlite3.Error, psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed)
_ADVICE = (
    (("full", "disk"), "the disk is full: make room and try again"),
    (("locked", "busy"), "another program holds the database: try again"),
    (("malformed", "not a database", "corrupt"), "the database is damaged: put a backup in its place"),
    (("readonly", "read-only"), "the database cannot be written: make its folder and file writable"),
)


@contextmanager
def storage_faults() -> Iterator[None]:
    """Raise StorageError for whatever the database refuses inside; the words of a person are never in it."""
    try:
        yield
    except DATABASE_ERRORS as error:
        said = str(error).lower()
        advice = next((advice for words, advice in _ADVICE if any(word in said for word in words)), None)
        advice = advice or "see that the database can be reached and try again"
        raise StorageError(
            f"what was to be kept or read could not be ({type(error).__name__}); {advice}. Nothing kept before is lost"
        ) from error
