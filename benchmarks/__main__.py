"""`python -m benchmarks NAME`: the figures that the README states, measured on this machine."""

import typer

from benchmarks.invariants import invariants
from benchmarks.memory import memory
from benchmarks.retrieval import retrieval
from benchmarks.turn import turn

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.command()(turn)
app.command()(retrieval)
app.command()(memory)
app.command()(invariants)


@app.callback()
def main() -> None:
    """Each command prints one table, or with --json one JSON object."""


if __name__ == "__main__":
    app()
