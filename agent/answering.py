"""Answers from the catalogue's facts: questions about items and the catalogue, comparisons, explanations."""

from collections.abc import Sequence
from typing import Any

from agent.phrasing import count_noun, join
from agent.turns import SlateItem
from tools.catalogue import Catalogue, Item
from tools.compare import ComparedFacet, Comparison
from tools.domain import Domain
from tools.lookup import LookupReport

MOST_NAMED = 5
MOST_WORDED = 2
"""Facets of words in a comparison that nobody narrowed down; more would be a wall of text."""


def answer_about(items: Sequence[Item], asks: Sequence[str], domain: Domain) -> str:
    """Return what is known of the items on what was asked, or a short portrait of each when nothing was named."""
    if not asks:
        return " ".join(portrait(item, domain) for item in items)
    answers = [_answer(item, ask, domain) for item in items for ask in asks if ask not in domain.asks_unanswered]
    unanswered = [domain.asks_unanswered[ask] for ask in dict.fromkeys(asks) if ask in domain.asks_unanswered]
    if unanswered and not answers:
        answers = [portrait(item, domain) for item in items]
        return " ".join([*unanswered, "What I do know:", *answers])
    return " ".join([*answers, *unanswered])


def portrait(item: Item, domain: Domain) -> str:
    """Return an item in two sentences: its summary and its plainest facts."""
    facts = []
    for name, facet in domain.facets.items():
        if facet.kind in ("number", "ordinal") and not facet.calendar and not facet.quality:
            value = item.facts.get(facet.columns[0])
            facts += [say_fact(name, value, domain)] if value is not None else []
    for facet in domain.of_kind("entity").values():
        for role, column in facet.roles.items():
            names = _as_list(item.facts.get(column))[:3]
            facts += [facet.phrases.roles.get(role, "{value}").format(value=join(names))] if names else []
    summary = str(item.facts.get(domain.columns.summary or "") or "").strip()
    head = f"{item.label}: {summary}" if summary else f"{item.label}."
    return f"{head} ({'; '.join(facts)}.)" if facts else head


def _answer(item: Item, ask: str, domain: Domain) -> str:
    columns = domain.asks.get(ask) or (domain.facets[ask].all_columns if ask in domain.facets else ())
    if columns and columns == ((domain.columns.summary or ""),):
        summary = item.facts.get(columns[0])
        return f"{item.label}: {summary}" if summary else f"I have no description of {item.label}."
    values = [value for column in columns for value in _as_list(item.facts.get(column))]
    label = _ask_label(ask, domain)
    if not values:
        return f"I don't know the {label} of {item.label}."
    return f"{item.label}, {label}: {join([say_fact(ask, value, domain) for value in values])}."


def _ask_label(ask: str, domain: Domain) -> str:
    facet = domain.facets.get(ask)
    return (facet.label if facet and facet.label else ask).replace("_", " ")


def say_fact(name: str, value: Any, domain: Domain) -> str:
    """Return a value with its unit where it has one: '116 min', '8.5'."""
    facet = domain.facets.get(name)
    if isinstance(value, float):
        value = f"{value:g}"
    unit = f" {facet.unit}" if facet and facet.kind == "number" and facet.unit else ""
    return f"{value}{unit}"


def _as_list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def answer_catalogue(report: LookupReport, conditions: Sequence[str], domain: Domain) -> str:
    """Return how many items there are that satisfy the conditions, and the first few by name."""
    what = join(list(conditions))
    if not report.total:
        return f"No, I have no {domain.noun.many} like that ({what})." if what else f"I have no {domain.noun.many}."
    names = [f"{item.title} ({item.year})" if item.year else item.title for item in report.items[:MOST_NAMED]]
    among = "" if report.total <= len(names) else "among them "
    return f"Yes, {count_noun(report.total, domain)} ({what}): {among}{join(names)}."


def describe_catalogue(catalogue: Catalogue) -> str:
    """Return what there is to recommend: how many items, from when to when, and the commonest kinds."""
    domain = catalogue.domain
    said = [f"I know {count_noun(len(catalogue), domain)}"]
    for name, facet in domain.of_kind("number").items():
        if facet.calendar:
            figures = catalogue.numbers(name)
            known = figures[figures == figures]
            said.append(f"from {int(known.min())} to {int(known.max())}")
    first = next(iter(domain.of_kind("category")), None)
    kinds = f" The commonest kinds: {join(catalogue.vocabulary(first)[:6])}." if first else ""
    return f"{' '.join(said)}.{kinds} Ask for anything that describes one."


def answer_comparison(comparison: Comparison, domain: Domain, *, asked: bool) -> str:
    """Return a comparison in sentences: a facet each where facets were asked about, else what tells the items apart."""
    if asked:
        lines = [_side_by_side(facet, comparison, domain) for facet in comparison.facets]
    else:
        told = [facet for facet in comparison.facets if facet.facet and not domain.facets[facet.facet].quality]
        ordered = [facet for facet in told if domain.facets[str(facet.facet)].kind in ("number", "ordinal")]
        worded = [facet for facet in told if facet not in ordered][:MOST_WORDED]
        lines = [_side_by_side(facet, comparison, domain) for facet in worded if len(set(facet.values)) > 1]
        lines += [_span(facet, comparison, domain) for facet in ordered]
    unanswered = [domain.asks_unanswered.get(ask, f"I can't compare them on {ask}.") for ask in comparison.unanswered]
    return " ".join([*(line for line in lines if line), *unanswered]) or "They are alike in everything that I know."


def _side_by_side(facet: ComparedFacet, comparison: Comparison, domain: Domain) -> str:
    """'Mood: Heat tense and stylish; Thief dark. In common: ...' and, of figures, who is at the ends."""
    name = facet.facet or facet.name
    told = [
        f"{title} {join([say_fact(name, value, domain) for value in _as_list(values)]) or 'unknown'}"
        for title, values in zip(comparison.titles, facet.values, strict=True)
    ]
    shared = f" In common: {join(list(facet.shared))}." if facet.shared else ""
    return f"{_ask_label(name, domain).capitalize()}: {'; '.join(told)}.{_verdict(facet, comparison, domain) or shared}"


def _span(facet: ComparedFacet, comparison: Comparison, domain: Domain) -> str:
    """'Running time: from 98 min (La haine) to 142 min (Secrets & Lies).'; nothing where all are the same."""
    if not facet.least or not facet.most or facet.least == facet.most:
        return ""
    name = facet.facet or facet.name
    ends = [
        f"{say_fact(name, facet.values[places[0]], domain)} ({join([comparison.titles[place] for place in places])})"
        for places in (facet.least, facet.most)
    ]
    return f"{_ask_label(name, domain).capitalize()}: from {ends[0]} to {ends[1]}."


def _verdict(facet: ComparedFacet, comparison: Comparison, domain: Domain) -> str:
    described = domain.facets.get(facet.facet or facet.name)
    if described is None or not facet.least or not facet.most or facet.least == facet.most:
        return ""
    low, high = (join([comparison.titles[place] for place in places]) for places in (facet.least, facet.most))
    if len(comparison.ids) == 2 and described.less:
        return f" {low} is the {described.less[0]} one."
    return f" Lowest: {low}; highest: {high}."


_SOURCES = {
    "match": "your wishes",
    "similar": "likeness to what you named",
    "propose": "the language model's suggestion",
    "affinity": "your taste as I remember it",
    "collaborative": "what people who like the same like",
    "rank": "how well liked it is",
}
_LEAST_SHARE = 0.15
"""Of the score; what adds less does not explain it."""


def answer_why(items: Sequence[SlateItem], domain: Domain) -> str:
    """Return why items are on the slate, from what scored them when they were chosen."""
    if not items:
        return f"Nothing is on screen yet; ask for {domain.noun.many} and I'll say why I chose them."
    return " ".join(_why(item) for item in items)


def _why(item: SlateItem) -> str:
    reasons = "; ".join(item.reasons) or "nothing more particular was asked for"
    parts = sorted(item.contributions.items(), key=lambda part: -part[1])
    counted = [_SOURCES[source] for source, amount in parts if amount >= _LEAST_SHARE * item.score and amount > 0]
    weighed = f" What counted: {join(counted)}, in that order." if len(counted) > 1 else ""
    against = (
        " Something you would rather avoid counted against it." if item.contributions.get("attenuate", 0) < 0 else ""
    )
    return f"{item.label}: {reasons}.{weighed}{against}"
