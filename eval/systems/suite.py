"""The systems by name, over one set of loaded parts."""

from collections.abc import Callable, Sequence

from agent.agent import Agent
from eval.systems.attune import Attune, Variant
from eval.systems.baselines import Baseline, Rank, by_distance, by_meaning, by_popularity, by_words
from eval.systems.protocol import System, SystemFault

BAD = "bad"
"""Shows what is farthest from the dialogue; a ruler by which it does well measures nothing."""

_VARIANTS: dict[str, Variant] = {
    "attune": Variant(),
    "filter-only": Variant(
        settings={
            "without": frozenset({"match", "similar", "propose", "affinity", "attenuate"}),
            "diversity": 0.0,
            "ask": False,
        }
    ),
    "single-shot": Variant(keeps_state=False, remembers=False),
    "attune-memory": Variant(remembers=False),
    "attune-match": Variant(settings={"without": frozenset({"match"})}),
    "attune-similar": Variant(settings={"without": frozenset({"similar"})}),
    "attune-attenuate": Variant(settings={"without": frozenset({"attenuate"})}),
    "attune-diversify": Variant(settings={"diversity": 0.0}),
    "attune-asking": Variant(settings={"ask": False}),
}
_BASELINES: dict[str, Rank] = {
    "popularity": by_popularity,
    "bm25": by_words,
    "dense": by_meaning,
    BAD: by_distance,
}
SYSTEMS = (*_VARIANTS, *_BASELINES)
"""Every name. 'attune-x' is Attune without x."""
DEFAULT = ("attune", "dense", "bm25", "popularity", "filter-only", "single-shot", BAD)
ABLATIONS = tuple(name for name in _VARIANTS if name.startswith("attune-"))
_GROUPS: dict[str, Sequence[str]] = {"default": DEFAULT, "ablations": ("attune", *ABLATIONS, BAD), "all": SYSTEMS}


def system_names(spoken: str) -> tuple[str, ...]:
    """Return the systems that a comma-separated list names, groups ('default', 'ablations', 'all') spelt out.

    Raises SystemFault for a name that there is not.
    """
    names: list[str] = []
    for name in filter(None, (part.strip() for part in spoken.split(","))):
        if name not in _GROUPS and name not in SYSTEMS:
            raise SystemFault(f"no system is called {name!r}; there are {', '.join([*_GROUPS, *SYSTEMS])}")
        names += _GROUPS.get(name, (name,))
    if not names:
        raise SystemFault(f"name at least one system: {', '.join([*_GROUPS, *SYSTEMS])}")
    return tuple(dict.fromkeys(names))


def open_systems(names: Sequence[str], agent: Agent) -> tuple[System, ...]:
    """Return the named systems over an agent's parts. Raises SystemFault for a name that there is not."""
    return tuple(_opener(name)(name, agent) for name in names)


def _opener(name: str) -> Callable[[str, Agent], System]:
    if name in _VARIANTS:
        return lambda name, agent: Attune(name, agent, _VARIANTS[name])
    if name in _BASELINES:
        return lambda name, agent: Baseline(name, _BASELINES[name], agent.parts.tools, agent.parts.settings.slate_size)
    raise SystemFault(f"no system is called {name!r}; there are {', '.join(SYSTEMS)}")
