"""Small pictures as SVG text that needs nothing to be read: lines with bands, and bars with whiskers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_COLOURS = (
    "#1f6f8b",
    "#c05746",
    "#5b8c5a",
    "#8a5fa8",
    "#b8862b",
    "#4a4a4a",
    "#2a9d8f",
    "#d4748c",
    "#7a8450",
    "#6c8ebf",
)
_WIDTH, _HEIGHT, _EDGE, _LEGEND = 420, 240, 44, 150
_BAR, _LABELS = 24, 140


@dataclass(frozen=True, slots=True)
class Point:
    """A figure between its ends; ends that are not known are the figure."""

    mean: float
    low: float
    high: float


def colour(number: int) -> str:
    """Return the colour of the series of this number."""
    return _COLOURS[number % len(_COLOURS)]


def lines_svg(title: str, series: Mapping[str, Sequence[Point]], x_label: str) -> str:
    """Return curves of shares (0 to 1) over 1, 2, 3 ..., each with the band of its interval."""
    longest = max((len(points) for points in series.values()), default=1)

    def x(place: int) -> float:
        return _EDGE + place * (_WIDTH - _EDGE) / max(longest - 1, 1)

    parts = [_axis_label(title), *_shares(x(0), x(longest - 1))]
    parts += [_text(x(place), _y(0) + 16, str(place + 1), "middle") for place in range(longest)]
    parts.append(_text((x(0) + x(longest - 1)) / 2, _y(0) + 32, x_label, "middle"))
    for number, (name, points) in enumerate(series.items()):
        shade = colour(number)
        above = [f"{x(place):.1f},{_y(point.high):.1f}" for place, point in enumerate(points)]
        below = [f"{x(place):.1f},{_y(point.low):.1f}" for place, point in enumerate(points)]
        curve = " ".join(f"{x(place):.1f},{_y(point.mean):.1f}" for place, point in enumerate(points))
        parts.append(f'<polygon points="{" ".join([*above, *reversed(below)])}" fill="{shade}" opacity="0.12"/>')
        parts.append(f'<polyline points="{curve}" fill="none" stroke="{shade}" stroke-width="2"/>')
        parts.append(f'<rect x="{_WIDTH + 16}" y="{30 + 18 * number}" width="12" height="4" fill="{shade}"/>')
        parts.append(_text(_WIDTH + 34, 36 + 18 * number, name))
    return _svg(_WIDTH + _LEGEND, max(_HEIGHT + 60, 60 + 18 * len(series)), parts)


def bars_svg(title: str, bars: Mapping[str, Point], most: float | None = None) -> str:
    """Return a bar a name with the whisker of its interval. most: the figure at the right end; None: the largest."""
    top = most or max((point.high for point in bars.values()), default=1.0) or 1.0
    width = _WIDTH - 20

    def x(figure: float) -> float:
        return _LABELS + min(figure / top, 1.0) * width

    parts = [_axis_label(title)]
    for number, (name, point) in enumerate(bars.items()):
        y = 34 + _BAR * number
        parts.append(_text(_LABELS - 8, y + 12, name, "end"))
        parts.append(
            f'<rect x="{_LABELS}" y="{y}" width="{x(point.mean) - _LABELS:.1f}" height="{_BAR - 8}" '
            f'fill="{colour(number)}" opacity="0.8"/>'
        )
        middle = y + (_BAR - 8) / 2
        parts.append(
            f'<line x1="{x(point.low):.1f}" x2="{x(point.high):.1f}" y1="{middle}" y2="{middle}" stroke="#222"/>'
        )
        parts.append(_text(x(point.high) + 6, y + 12, f"{point.mean:.3g}"))
    return _svg(_LABELS + width + 60, 44 + _BAR * len(bars), parts)


def _y(share: float) -> float:
    return 24 + (1 - share) * (_HEIGHT - 24)


def _shares(left: float, right: float) -> list[str]:
    parts = []
    for fifth in range(6):
        y = _y(fifth / 5)
        parts.append(f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(left - 8, y + 4, f"{fifth / 5:.1f}", "end"))
    return parts


def _axis_label(title: str) -> str:
    return f'<text x="4" y="14" font-weight="bold">{escape(title)}</text>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        'font-family="sans-serif" font-size="11" fill="#333" role="img">'
    )
    return "\n".join([head, *parts, "</svg>"])
