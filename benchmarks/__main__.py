"""`python -m benchmarks NAME`: the figures that the README states, measured on this machine."""

import sys

import typer

from agent.errors import AttuneError
from agent.parsing.errors import WeightsError
from benchmarks.importing import importing
from benchmarks.invariants import invariants
from benchmarks.load import load
from benchmarks.memory import memory
from benchmarks.recall import recall
from benchmarks.retrieval import retrieval
from benchmarks.toolset import toolset
from benchmarks.turn import turn
from tools.errors import CatalogueError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
app.command()(turn)
app.command()(retrieval)
app.command()(toolset)
app.command()(importing)
app.command()(memory)
app.command()(load)
app.command()(recall)
app.command()(invariants)


@app.callback()
def main() -> None:
    """Each command prints one table, or with --json one JSON object."""


if __name__ == "__main__":
    try:
        app()
    except (AttuneError, CatalogueError, WeightsError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(2)
