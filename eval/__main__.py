"""`python -m eval`: how well Attune understands and recommends, measured."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.embedder import open_embedder
from agent.parsing.agreement import Matcher
from agent.parsing.errors import WeightsError
from agent.parsing.labelled import LabelledFileError, is_held_out, read_labelled
from agent.parsing.linked import LinkedReading
from agent.terminal.logs import log_to_stderr
from eval.interactions import interactions
from eval.judging import judge
from eval.memory import memory
from eval.parsers import PARSERS, ParserChoice, open_parser
from eval.parsing import Measurement
from eval.recorded import requests
from eval.replay import replay
from eval.report import report
from eval.simulate import simulate
from eval.storytelling import scripts
from tools.catalogue import Catalogue
from tools.embedding import DEFAULT_MODEL
from tools.errors import CatalogueError
from tools.linking import Linker

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
_ROOT = Path(__file__).parents[1]
app.command()(scripts)
app.command()(requests)
app.command()(judge)
app.command()(interactions)
app.command()(simulate)
app.command()(replay)
app.command()(report)
app.command()(memory)


@app.callback()
def _main() -> None:
    """Standard output is for results."""
    log_to_stderr()


@app.command()
def parsing(
    file: Annotated[Path, typer.Argument(help="Labelled turns, JSON Lines.")],
    parser: Annotated[str, typer.Option(help=f"One of {', '.join(PARSERS)}.")] = "compact",
    domain: Annotated[Path, typer.Option(help="Folder with domain.toml and items.jsonl.")] = _ROOT / "data" / "movies",
    weights: Annotated[Path, typer.Option(help="Folder of the compact parser's weights.")] = _ROOT
    / "models"
    / "compact",
    model_url: Annotated[str | None, typer.Option(help="OpenAI-compatible server, for --parser instruct.")] = None,
    model: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Only turns of dialogues that training leaves out, by source_id.")
    ] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Show every turn that is not exactly right.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Parse labelled turns and print intent accuracy and precision, recall and F1 of statements and items."""
    choice = ParserChoice(
        name=parser,
        weights=weights,
        examples=_ROOT / "data" / "commands" / "teacher.jsonl",
        model_url=model_url,
        model=model,
    )
    try:
        turns = [turn for turn in read_labelled(file) if not held_out or is_held_out(turn)]
        catalogue = Catalogue.load(domain)
        linker = Linker.build(catalogue)
        embedder = open_embedder(DEFAULT_MODEL)
        opened = open_parser(choice, catalogue, linker, embedder)
    except (CatalogueError, LabelledFileError, WeightsError, ValueError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error

    def likeness(one: str, other: str) -> float:
        pair = embedder.encode([one, other])
        return float(pair[0] @ pair[1])

    reading = LinkedReading(catalogue, linker)
    matcher = Matcher(catalogue.domain, likeness)
    with asyncio.Runner() as runner:
        measured = Measurement(turns, reading.read, lambda turn: runner.run(opened.parse(turn)), matcher)
    report = measured.report()
    if errors:
        print("\n\n".join(measured.errors()), file=sys.stderr if as_json else sys.stdout)
    print(json.dumps(report) if as_json else _table(report))


def _table(report: dict[str, Any]) -> str:
    """The report as aligned text."""
    rows = [("", "n", "intent", "P", "R", "F1", "+strength", "+lifetime", "items", "exact", "no wish, got one")]
    named = {"lenient": report, "strict": report["strict"], **report["groups"]}
    for name, part in named.items():
        wishes, quiet = part["preferences"], part["no_wish_turns"]
        figures = (part["intent_accuracy"], wishes["precision"], wishes["recall"], wishes["f1"])
        more = (wishes["f1_with_strength"], wishes["f1_with_lifetime"], part["items"]["f1"], part["exact"])
        shown = [f"{figure:.3f}" for figure in (*figures, *more)]
        rows.append((name, str(part["n"]), *shown, f"{quiet['with_a_wish']:.3f} of {quiet['n']}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    facets = [
        f"  {name:12} {part['n']:4} labels, recall {part['recall']:.2f}, {part['surplus']} surplus"
        for name, part in report["facets"].items()
    ]
    latency = report["latency_ms"]
    return "\n".join([*lines, "", *facets, "", f"latency {latency['p50']} ms median, {latency['p95']} ms at 95 %"])


if __name__ == "__main__":
    app()
