"""`python -m eval report RUN...`: runs as one self-contained HTML file, or as Markdown or JSON."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.settings import load_settings
from eval.charts import Point, bars_svg, lines_svg
from eval.simulation.figures import difference, figures
from eval.simulation.records import Run, RunFault, read_run, show_dialogue
from eval.simulation.tables import markdown, say_interval, summary_rows
from tools.catalogue import Catalogue
from tools.errors import CatalogueError

_STYLE = """body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
td,th{border:1px solid #ddd;padding:.25rem .6rem;text-align:left;white-space:nowrap}th{background:#f4f4f4}
pre{background:#f7f7f7;padding:.6rem;white-space:pre-wrap}summary{cursor:pointer}.lost>summary{color:#a33}"""


def report(
    runs: Annotated[list[Path], typer.Argument(help="Runs kept by `simulate --out`.")],
    out: Annotated[
        Path | None, typer.Option(help="Write here: .html, .md or .json; Markdown to the screen else.")
    ] = None,
    domain: Annotated[Path | None, typer.Option(help="The domain folder of the runs.")] = None,
) -> None:
    """Tables, pictures and the dialogues behind them; runs and systems are compared over the instances they share."""
    try:
        read = [read_run(path) for path in runs]
        catalogue = Catalogue.load(load_settings(domain=domain).domain)
        if other := [run.name for run in read if run.head["catalogue"] != catalogue.fingerprint]:
            raise RunFault(f"{other[0]} was run over another catalogue; name its folder with --domain")
        written = write_report(read, catalogue, out.suffix if out else ".md")
    except (RunFault, CatalogueError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    if out is None:
        print(written)
    else:
        out.write_text(written, encoding="utf8")
        typer.echo(f"wrote {out}", err=True)


def write_report(runs: Sequence[Run], catalogue: Catalogue, suffix: str) -> str:
    """Return the report in the form of a file's ending. Raises RunFault for an ending that there is no form for."""
    reports = {run.name: figures(run, catalogue) for run in runs}
    compared = comparisons(runs)
    if suffix == ".json":
        return json.dumps({"runs": reports, "comparisons": compared})
    if suffix == ".md":
        parts = [
            part for name, one in reports.items() for part in (f"## {_title(name, one)}", markdown(summary_rows(one)))
        ]
        return "\n\n".join([*parts, "## Paired differences in success", markdown(_comparison_rows(compared))]) + "\n"
    if suffix == ".html":
        return _html(runs, reports, compared)
    raise RunFault(f"no report is written as {suffix!r}; end the name with .html, .md or .json")


def comparisons(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return paired differences in success: within a run its first system against the others, then runs of one kind."""
    found: list[dict[str, Any]] = []

    def add(ours: Run, one: str, theirs: Run, other: str) -> None:
        if (gap := difference(ours, theirs, one, other)) is not None:
            found.append({"ours": f"{ours.name}: {one}", "theirs": f"{theirs.name}: {other}", "difference": gap})

    for run in runs:
        first, *others = run.head["systems"]
        for other in others:
            add(run, first, run, other)
    for old, new in combinations(runs, 2):
        if old.head["scenario"] == new.head["scenario"]:
            for name in new.head["systems"]:
                if name in old.head["systems"]:
                    add(new, name, old, name)
    return found


def _comparison_rows(compared: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    rows = [("ours", "theirs", "difference", "instances")]
    return rows + [
        (one["ours"], one["theirs"], say_interval(one["difference"]), str(one["difference"]["n"])) for one in compared
    ]


def _title(name: str, one: Mapping[str, Any]) -> str:
    head = one["run"]
    return (
        f"{name}: {head['scenario']}, users {', '.join(head['users'])}, {head['n']} instances, seed {head['seed']}, "
        f"{head['turns']} turns"
    )


def _html(runs: Sequence[Run], reports: Mapping[str, Any], compared: Sequence[Mapping[str, Any]]) -> str:
    parts = ['<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Attune: evaluation</title>']
    parts += [f"<style>{_STYLE}</style></head><body><h1>Attune: evaluation</h1>"]
    parts.append("<p>Means with 95 % intervals clustered by instance. A system's name leads to its dialogues.</p>")
    for run in runs:
        one = reports[run.name]
        parts.append(f"<h2>{escape(_title(run.name, one))}</h2>")
        parts.append(_table(summary_rows(one), run.name))
        parts += _pictures(one)
        parts += [_dialogues(run, system) for system in one["systems"]]
    parts += ["<h2>Paired differences in success</h2>", _table(_comparison_rows(compared)), "</body></html>"]
    return "\n".join(parts)


def _pictures(one: Mapping[str, Any]) -> list[str]:
    systems = one["systems"]
    by_turn = {name: [_point(row["success"]) for row in found["by_turn"]] for name, found in systems.items()}
    k = one["run"]["slate_size"]
    gain = {
        name: [_point(row[f"ndcg@{k}"]) for row in found["by_turn"] if row[f"ndcg@{k}"]]
        for name, found in systems.items()
    }
    musts = {name: _point(found["must_violations"]) for name, found in systems.items()}
    slow = {
        name: Point(found["latency_ms"]["p50"], found["latency_ms"]["p50"], found["latency_ms"]["p95"])
        for name, found in systems.items()
        if found["latency_ms"]
    }
    return [
        lines_svg("success up to each turn", by_turn, "turn"),
        lines_svg(
            f"NDCG@{k} of the slates of dialogues that go on", {name: row for name, row in gain.items() if row}, "turn"
        ),
        bars_svg("success", {name: _point(found["success"]) for name, found in systems.items()}, 1.0),
        bars_svg("items that break a must said, a dialogue", musts),
        bars_svg("latency of a turn in ms, median to 95th percentile", slow),
    ]


def _point(found: Mapping[str, Any] | None) -> Point:
    if not found or "mean" not in found:
        return Point(0.0, 0.0, 0.0)
    mean = found["mean"]
    return Point(mean, mean if found["low"] is None else found["low"], mean if found["high"] is None else found["high"])


def _table(rows: Sequence[Sequence[str]], run: str | None = None) -> str:
    head, *rest = rows
    lines = ["<table><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>"]
    for first, *others in rest:
        name = f'<a href="#{escape(f"{run}-{first}")}">{escape(first)}</a>' if run else escape(first)
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        lines.append(f"<tr><td>{name}</td>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def _dialogues(run: Run, system: str) -> str:
    """Every dialogue of a system, folded; those that did not succeed first."""
    shown = sorted((one for one in run.dialogues if one["system"] == system), key=lambda one: one["success"])
    parts = [f'<details id="{escape(f"{run.name}-{system}")}"><summary>{escape(system)}: dialogues</summary>']
    for one in shown:
        text = StringIO()
        show_dialogue(one, text)
        first, _, rest = text.getvalue().partition("\n")
        mark = "" if one["success"] else ' class="lost"'
        parts.append(f"<details{mark}><summary>{escape(first)}</summary><pre>{escape(rest)}</pre></details>")
    return "\n".join([*parts, "</details>"])
