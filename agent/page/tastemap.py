"""The taste map: the catalogue as land, and on it the list, what was liked, and what was named."""

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from agent.history import View
from agent.memory.changes import Opinion
from agent.page.projection import Projection
from agent.page.theme import DARK, LIGHT, Palette
from tools.catalogue import Catalogue

_LIKED: tuple[Opinion, ...] = ("liked", "accept", "interested")
_AGAINST: tuple[Opinion, ...] = ("disliked", "not_interested")
_EDGE = 1.06
"""Of the plane, with room for the outermost marks."""
_TITLE, _LINE = 0.5, 0.055
"""How wide and high a title is, about, on a plane of 2 by 2."""
_FONT = "IBM Plex Sans, system-ui, sans-serif"


def draw_map(projection: Projection, catalogue: Catalogue, view: View, *, dark: bool, narrow: bool) -> go.Figure:
    """Return the map with what this thread has put on it. Titles are escaped: plotly reads tags in its texts.

    narrow: of a phone; the list is numbered rather than named, and fewer regions are.
    """
    return _Drawing(projection, catalogue, DARK if dark else LIGHT, narrow).draw(view)


class _Drawing:
    def __init__(self, projection: Projection, catalogue: Catalogue, palette: Palette, narrow: bool) -> None:
        self._projection = projection
        self._catalogue = catalogue
        self._palette = palette
        self._narrow = narrow
        self._figure = go.Figure()

    def draw(self, view: View) -> go.Figure:
        palette, opinions = self._palette, view.opinions
        self._land(view)
        self._items("not for you", _of(opinions, _AGAINST), palette.against, "x", 10)
        self._items("seen", _of(opinions, ("seen",)), palette.soft, "circle-open", 11)
        self._items("named", [seed.item for seed in view.seeds if seed.item], palette.must, "diamond", 14)
        self._items("the list", view.slate_ids, palette.accent, "circle", 13)
        self._items("liked", _of(opinions, _LIKED), palette.must, "star", 12)
        self._titles(view)
        return self._figure.update_layout(**self._layout())

    def _land(self, view: View) -> None:
        rows = self._projection.land()
        name = f"all {self._catalogue.domain.noun.many}"
        self._points(name, rows.tolist(), {"color": self._palette.soft, "size": 4, "opacity": 0.4})
        named = [*view.slate_ids, *(seed.item for seed in view.seeds if seed.item)]
        reach = 1 if self._narrow else 4
        places = self._projection.plane()[self._rows(named)].tolist()
        beside = [(x + step * _TITLE / 4, y) for x, y in places for step in range(reach)]
        for region in self._projection.regions(2.5 if self._narrow else 1, beside):
            self._name(region.x, region.y, f"<b>{escape(region.name.upper())}</b>", self._palette.ink)

    def _titles(self, view: View) -> None:
        """Name the list's items and those named beside their marks, above everything else, the first uppermost."""
        named = [(seed.item, escape(seed.title), self._palette.must) for seed in view.seeds if seed.item]
        for item in reversed(view.slate):
            title = "" if self._narrow else f" {escape(item.title)}"
            named.append((item.id, f"<b>{item.n}</b>{title}", self._palette.accent))
        there = [one for one in named if one[0] in self._catalogue]
        places = self._projection.plane()[self._rows([item for item, _, _ in there])].tolist()
        for (_, text, colour), (x, _), y in zip(there, places, spread(places), strict=True):
            self._name(x, y, text, colour, xanchor="left", xshift=9)

    def _name(self, x: float, y: float, text: str, colour: str, **place: Any) -> None:
        self._figure.add_annotation(
            x=x,
            y=y,
            text=text,
            showarrow=False,
            font={"color": colour, "size": 13},
            **place,
        )

    def _items(self, name: str, ids: Sequence[str], colour: str, symbol: str, size: int) -> None:
        if rows := self._rows(ids):
            edge = {"color": self._palette.paper, "width": 2}
            marker = {"color": colour, "size": size, "symbol": symbol, "line": edge}
            self._points(name, rows, marker)

    def _rows(self, ids: Sequence[str]) -> list[int]:
        return [self._catalogue.row(item) for item in ids if item in self._catalogue]

    def _points(self, name: str, rows: Sequence[int], marker: dict[str, Any]) -> None:
        plane = self._projection.plane()
        labels = [escape(self._catalogue.labels[row]) for row in rows]
        self._figure.add_trace(
            go.Scatter(
                x=plane[rows, 0],
                y=plane[rows, 1],
                name=name,
                mode="markers",
                customdata=labels,
                hovertemplate="%{customdata}<extra></extra>",
                marker=marker,
            )
        )

    def _layout(self) -> dict[str, Any]:
        palette = self._palette
        axis = {"visible": False, "range": [-_EDGE, _EDGE]}
        return {
            "autosize": True,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 30},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": _FONT, "color": palette.ink},
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": "pan",
            "hoverlabel": {"bgcolor": palette.card, "bordercolor": palette.line, "font": {"color": palette.ink}},
            "legend": {"orientation": "h", "y": 0, "x": 0, "yanchor": "top", "bgcolor": "rgba(0,0,0,0)"},
            "modebar": {"remove": ["select", "lasso2d", "toImage", "autoScale2d"]},
        }


def spread(places: Sequence[Sequence[float]]) -> list[float]:
    """Return how high each place's title stands: at its place, or just below a title that it would lie on."""
    heights = [0.0] * len(places)
    done: list[tuple[float, float]] = []
    for n in sorted(range(len(places)), key=lambda n: -places[n][1]):
        x, y = places[n]
        for at, high in sorted(done, key=lambda title: -title[1]):
            if abs(at - x) < _TITLE and abs(high - y) < _LINE:
                y = high - _LINE
        heights[n] = y
        done.append((x, y))
    return heights


def _of(opinions: dict[str, Opinion], wanted: Sequence[Opinion]) -> list[str]:
    return [item for item, opinion in opinions.items() if opinion in wanted]
