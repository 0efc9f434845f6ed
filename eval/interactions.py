"""`python -m eval interactions`: leave-one-out on a ratings file, as a command."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.build import open_index
from agent.embedder import open_embedder
from agent.errors import SettingsError
from agent.settings import load_settings
from eval.heldout import LEAST_LIKES, hold_out, measure, report
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.errors import CatalogueError
from tools.interactions import Interactions, read_interactions
from tools.mapping import InteractionColumns, Mapping

_DEFAULT = InteractionColumns(rating="rating", date="date")


def interactions(
    file: Annotated[Path, typer.Argument(help="Who rated what: JSONL, CSV or Parquet.")],
    catalogue: Annotated[Path, typer.Option(help="The domain folder that the items are of.")],
    mapping: Annotated[
        Path | None,
        typer.Option(help="A mapping whose [interactions] names the columns; else user, item, rating, date."),
    ] = None,
    people: Annotated[int | None, typer.Option(help="Ask about so many users only, drawn by the seed.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Draws users, and likes where there are no dates.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold out each user's last like, learn from the rest, and print how often it comes among the first ten.

    Exit code 1 unless the combined ranking beats popularity and content alone by more than chance.
    """
    try:
        settings = load_settings(domain=catalogue)
        items = Catalogue.load(settings.domain)
        columns = (Mapping.load(mapping).interactions if mapping else None) or _DEFAULT
        table, read = read_interactions(file, columns, items)
        held_out = hold_out(Interactions.of(table, items), seed, people)
        if not held_out.targets:
            typer.echo(f"error: no user of {file.name!r} liked {LEAST_LIKES} items; there is nothing to ask", err=True)
            raise typer.Exit(2)
        embedder = open_embedder(settings.embedder)
        context = ToolContext(items, open_index(settings, items, embedder), embedder)
    except (CatalogueError, SettingsError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    with typer.progressbar(length=len(held_out.targets), label="ranking", file=typer.get_text_stream("stderr")) as bar:
        places = measure(context, held_out, lambda done, total: bar.update(1))
    found = {"file": file.name, "kept": read.kept, "dropped": dict(read.dropped), **report(places, read.users)}
    print(json.dumps(found) if as_json else _table(found))
    ahead = found["combined_ahead_by"]
    if min(ahead[system]["low"] or 0.0 for system in ("popularity", "content")) <= 0:
        raise typer.Exit(1)


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['kept']:,} interactions of {found['people']:,} users; the last like of {found['asked']:,} held out",
        "",
        f"{'':14}{'recall@1':>10}{'recall@10':>11}{'95 %':>16}{'NDCG@10':>10}{'combined ahead by':>20}{'95 %':>18}",
    ]
    for system, figures in found["systems"].items():
        ten = figures["recall@10"]
        row = f"{system:14}{figures['recall@1']['mean']:10.3f}{ten['mean']:11.3f}{_interval(ten):>16}"
        row += f"{figures['ndcg@10']['mean']:10.3f}"
        if ahead := found["combined_ahead_by"].get(system):
            row += f"{ahead['mean']:20.3f}{_interval(ahead):>18}"
        lines.append(row)
    return "\n".join(lines)


def _interval(figure: dict[str, Any]) -> str:
    return "unknown" if figure["low"] is None else f"{figure['low']:.3f} to {figure['high']:.3f}"
