"""The taste map: the catalogue as land, and on it the list, what was liked, and what was named."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from agent.history import View
from agent.page.projection import Projection
from agent.page.theme import DARK, LIGHT
from tools.catalogue import Catalogue

_LIKED = ("liked", "accept", "interested")
_AGAINST = ("disliked", "not_interested")


def draw_map(projection: Projection, catalogue: Catalogue, view: View, *, dark: bool) -> go.Figure:
    """Return the map with what this thread has put on it. Titles are escaped: plotly reads tags in its texts."""
    palette = DARK if dark else LIGHT
    plane, land = projection.plane(), projection.land()
    figure = go.Figure()

    def mark(name: str, ids: list[str], colour: str, symbol: str, size: int, texts: list[str] | None = None) -> None:
        rows = [catalogue.row(item) for item in ids if item in catalogue]
        if not rows:
            return
        figure.add_trace(
            go.Scatter(
                x=plane[rows, 0],
                y=plane[rows, 1],
                name=name,
                mode="markers+text" if texts else "markers",
                text=texts,
                customdata=[escape(catalogue.labels[row]) for row in rows],
                hovertemplate="%{customdata}<extra>" + name + "</extra>",
                textfont={"color": palette.on_accent, "size": 12},
                marker={
                    "color": colour,
                    "size": size,
                    "symbol": symbol,
                    "line": {"color": palette.card, "width": 1.5},
                },
            )
        )

    figure.add_trace(
        go.Scatter(
            x=plane[land, 0],
            y=plane[land, 1],
            mode="markers",
            name=f"all {catalogue.domain.noun.many}",
            customdata=[escape(catalogue.labels[row]) for row in land],
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": palette.soft, "size": 4, "opacity": 0.35},
        )
    )
    for region in projection.regions():
        figure.add_annotation(
            x=region.x,
            y=region.y,
            text=escape(region.name.upper()),
            showarrow=False,
            font={"color": palette.ink, "size": 12},
            bgcolor=palette.paper,
            opacity=0.85,
        )
    opinions = view.opinions
    mark("not for you", [item for item, said in opinions.items() if said in _AGAINST], palette.against, "x", 10)
    mark("seen", [item for item, said in opinions.items() if said == "seen"], palette.soft, "circle-open", 11)
    mark("liked", [item for item, said in opinions.items() if said in _LIKED], palette.must, "star", 15)
    mark("named", [seed.item for seed in view.seeds if seed.item], palette.must, "diamond", 14)
    numbers = [str(item.n) for item in view.slate if item.id in catalogue]
    mark("the list", [item.id for item in view.slate], palette.accent, "circle", 24, numbers)
    return figure.update_layout(**_layout(palette.ink, palette.card, palette.line))


def _layout(ink: str, ground: str, line: str) -> dict[str, Any]:
    axis = {"visible": False, "range": [-1.08, 1.08]}
    return {
        "height": 620,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "color": ink},
        "xaxis": axis,
        "yaxis": axis,
        "dragmode": "pan",
        "hoverlabel": {"bgcolor": ground, "bordercolor": line, "font": {"color": ink}},
        "legend": {"orientation": "h", "y": 0, "x": 0, "bgcolor": "rgba(0,0,0,0)"},
        "modebar": {"remove": ["select", "lasso2d", "toImage", "autoScale2d"]},
    }
