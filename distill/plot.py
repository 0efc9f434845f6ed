"""Draws how often confidences are right, as an SVG that needs nothing to be read."""

from collections.abc import Sequence

Table = Sequence[tuple[float, float, int]]
"""(mean confidence, share right, how many) for each bin."""

_SIDE, _EDGE = 260, 46
_COLOURS = ("#1f6f8b", "#c05746", "#5b8c5a")


def reliability_svg(tables: dict[str, Table]) -> str:
    """Return a picture with a curve for each table; a dot's area grows with how many it stands for."""
    size = _SIDE + 2 * _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size + 120}" height="{size}" font-family="sans-serif" '
        'font-size="11" fill="#333">',
        f'<rect width="{size + 120}" height="{size}" fill="#fff"/>',
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#bbb" stroke-dasharray="4 3"/>',
    ]
    for tenth in range(0, 11, 2):
        at = tenth / 10
        parts.append(f'<text x="{_x(at)}" y="{_y(0) + 16}" text-anchor="middle">{at:.1f}</text>')
        parts.append(f'<text x="{_x(0) - 8}" y="{_y(at) + 4}" text-anchor="end">{at:.1f}</text>')
    parts.append(f'<text x="{_x(0.5)}" y="{size - 8}" text-anchor="middle">confidence</text>')
    parts.append(f'<text x="12" y="{_y(0.5)}" transform="rotate(-90 12 {_y(0.5)})" text-anchor="middle">right</text>')
    for number, (name, table) in enumerate(tables.items()):
        parts += _curve(name, table, _COLOURS[number % len(_COLOURS)], number)
    return "\n".join([*parts, "</svg>", ""])


def _curve(name: str, table: Table, colour: str, number: int) -> list[str]:
    line = " ".join(f"{_x(said):.1f},{_y(right):.1f}" for said, right, _ in table)
    dots = [
        f'<circle cx="{_x(said):.1f}" cy="{_y(right):.1f}" r="{min(9.0, 2 + count**0.5 / 2):.1f}" fill="{colour}" '
        f'fill-opacity="0.7"><title>{count} turns</title></circle>'
        for said, right, count in table
    ]
    label = f'<text x="{_x(1) + 14}" y="{_EDGE + 18 * number + 10}" fill="{colour}">{name}</text>'
    return [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>', *dots, label]


def _x(share: float) -> float:
    return _EDGE + share * _SIDE


def _y(share: float) -> float:
    return _EDGE + (1 - share) * _SIDE
