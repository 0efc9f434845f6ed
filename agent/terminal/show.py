"""How turns look in the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agent.history import Entry, View
from agent.phrasing import say_chip
from agent.turns import SlateItem, Turn
from tools.domain import Domain
from tools.importing import ImportReport

MOST_VALUES = 8

HELP = """Just talk: what you want, what you don't, what you've seen, what you think of the list.
[bold]/why[/] [dim]N[/]   why number N (or everything) is on the list
[bold]/wishes[/]    what is understood to hold now
[bold]/plan[/]      what was done in the last turn, with counts and times
[bold]/undo[/]      take the last change back
[bold]/reset[/]     start over
[bold]/save[/] [dim]FILE[/] write the conversation as JSON lines
[bold]/quit[/]      leave"""


def show_turn(turn: Turn, domain: Domain, console: Console) -> None:
    """Print a turn: the reply, the numbered slate with reasons, near misses apart, the wishes that hold."""
    console.print(f"[bold green]attune[/] {escape(turn.reply)}", highlight=False)
    show_slate(turn.slate, console)
    if turn.question:
        console.print(f"   [dim]{escape(' · '.join(turn.question.answers))}[/]", highlight=False)
    chips = [say_chip(wish, domain) for wish in turn.wishes] + [f"like: {seed.title}" for seed in turn.seeds]
    if chips:
        console.print(f"[dim]wishes  {escape(' · '.join(chips))}[/]", highlight=False)


def show_slate(slate: tuple[SlateItem, ...], console: Console) -> None:
    """Print the numbered items with their reasons."""
    for item in slate:
        console.print(f" [bold]{item.n}[/] [bold]{escape(item.label)}[/]", highlight=False)
        if item.reasons:
            console.print(f"   {escape('; '.join(item.reasons))}", highlight=False, style="dim")


def show_entry(entry: Entry, console: Console) -> None:
    """Print where a thread was left."""
    console.print(f"[dim]Last time you said:[/] {escape(entry.text)}", highlight=False)
    console.print(f"[bold green]attune[/] {escape(entry.reply)}", highlight=False)
    show_slate(entry.slate or (), console)


def show_wishes(view: View, domain: Domain, console: Console) -> None:
    """Print every wish that holds, with its words and where it comes from, and those that rest."""
    if not view.all_wishes and not view.seeds:
        console.print("No wishes hold yet.")
        return
    table = Table("id", "wish", "words", "from", box=None, header_style="dim")
    for wish in view.all_wishes:
        source = f"turn {wish.turn}" if wish.source == "thread" else f"your profile, {wish.since or ''}"
        table.add_row(wish.id, escape(say_chip(wish, domain)), escape(wish.quote or ""), source)
    for seed in view.seeds:
        table.add_row(seed.id, escape(f"like: {seed.title}"), escape(seed.quote or ""), f"turn {seed.turn}")
    for wish in view.resting:
        table.add_row(
            wish.id, f"[strike]{escape(say_chip(wish, domain))}[/]", escape(wish.quote or ""), "rests for now"
        )
    console.print(table)


def show_plan(turn: Turn | None, console: Console) -> None:
    """Print the tools that ran, how many items each left, and the time of each step."""
    if turn is None or not turn.plan:
        console.print("The last turn needed no tools.")
    else:
        table = Table("tool", "in", "out", "ms", "arguments", box=None, header_style="dim")
        for step in turn.plan:
            arguments = ", ".join(f"{name}={value}" for name, value in step.arguments.items())
            table.add_row(step.tool, str(step.count_in), str(step.count_out), f"{step.ms:.1f}", escape(arguments[:120]))
        console.print(table)
    if turn is not None:
        times = " · ".join(f"{name} {ms:.0f} ms" for name, ms in turn.timings_ms.items())
        console.print(f"[dim]{times}; understood by {turn.parser}, written by {turn.model or 'templates'}[/]")


def show_import(report: ImportReport, console: Console) -> None:
    """Print what became of every row and value."""
    console.print(f"{report.items:,} of {report.rows:,} rows became items in {report.out}", highlight=False)
    for reason, rows in report.dropped.items():
        console.print(f"  {rows:,} dropped: {escape(reason)}", highlight=False)
    for kind, columns in (("not in the domain", report.unmapped), ("not of the column's type", report.unread)):
        for column, values in columns.items():
            named = ", ".join(f"{value!r} {count:,}×" for value, count in list(values.items())[:MOST_VALUES])
            more = f" and {len(values) - MOST_VALUES:,} more" if len(values) > MOST_VALUES else ""
            console.print(f"  {escape(column)}, {kind}: {escape(named)}{more}", highlight=False)
    if report.unused:
        console.print(f"  columns not named in the mapping: {escape(', '.join(report.unused))}", highlight=False)
    if (table := report.interactions) is not None:
        console.print(
            f"{table.kept:,} of {table.rows:,} interactions kept: {table.users:,} users, {table.items:,} items",
            highlight=False,
        )
        for reason, rows in table.dropped.items():
            console.print(f"  {rows:,} dropped: {escape(reason)}", highlight=False)
    console.print(f"Everything left out is listed in {report.out / 'dropped.jsonl'} and {report.out / 'import.json'}.")
    console.print(f"Next: attune index {report.out}")
