"""`python -m benchmarks NAME`: the figures that the README states, measured on this machine."""

import typer

from benchmarks.retrieval import retrieval

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.command()(retrieval)


@app.callback()
def main() -> None:
    """Each command prints one table, or with --json one JSON object."""


if __name__ == "__main__":
    app()
