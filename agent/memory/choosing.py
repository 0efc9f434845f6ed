"""Chooses what of a profile bears on a request.

Conditions and dislikes always do, and so does what speaks about a facet that the request touches. Other likes are taken
by how close they come to the request's words, up to a budget: a long profile must not drown what was asked for now.
"""

from collections.abc import Callable, Sequence

from agent.statements import HeldWish, Statement

Closeness = Callable[[str, Sequence[str]], Sequence[float]]
"""How close each of some phrases comes to a text."""


def chosen(
    lasting: Sequence[HeldWish],
    touched: Sequence[Statement],
    text: str,
    *,
    say: Callable[[HeldWish], str],
    closeness: Closeness,
    budget: int,
) -> tuple[HeldWish, ...]:
    """Return the lasting wishes that bear on a request, in the order in which they were given."""
    facets = {statement.facet for statement in touched}
    always = [wish for wish in lasting if wish.strength == "must" or wish.polarity == "dislike" or wish.facet in facets]
    others = [wish for wish in lasting if wish not in always]
    if len(others) > budget:
        close = closeness(text, [say(wish) for wish in others])
        best = sorted(range(len(others)), key=lambda place: -close[place])[:budget]
        others = [others[place] for place in best]
    return tuple(wish for wish in lasting if wish in always or wish in others)
