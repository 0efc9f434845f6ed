"""Ranking metrics, from ir-measures (MacAvaney et al. 2022; trec_eval's definitions), for many queries at once."""

from collections.abc import Collection, Mapping, Sequence

import ir_measures
from ir_measures import RR, R, Success, nDCG


def measures(ks: Sequence[int]) -> dict[str, ir_measures.measures.Measure]:
    """Return the measures by the names that reports use: recall@k, hit@k, ndcg@k, mrr."""
    named: dict[str, ir_measures.measures.Measure] = {}
    for k in ks:
        named |= {f"recall@{k}": R @ k, f"hit@{k}": Success @ k, f"ndcg@{k}": nDCG @ k}
    return named | {"mrr": RR}


def rank_scores(
    gold: Mapping[str, Collection[str]], ranked: Mapping[str, Sequence[str]], ks: Sequence[int]
) -> dict[str, dict[str, float]]:
    """Return name of measure -> query -> figure.

    gold: query -> relevant ids, all equally so. ranked: query -> ids, best first; a query without any scores 0.
    recall@k is the share of the relevant ids among the first k, hit@k whether there is any, ndcg@k with binary gain and
    logarithmic discount (Järvelin and Kekäläinen 2002), mrr one over the rank of the first.
    """
    named = measures(ks)
    qrels = {query: dict.fromkeys(ids, 1) for query, ids in gold.items() if ids}
    run = {
        # The place decides: trec_eval would break equal scores by id.
        query: {item: float(-place) for place, item in enumerate(dict.fromkeys(ranked.get(query, ())))}
        for query in qrels
    }
    scores = {name: dict.fromkeys(qrels, 0.0) for name in named}
    names = {measure: name for name, measure in named.items()}
    for found in ir_measures.iter_calc(
        list(named.values()), qrels, {query: items for query, items in run.items() if items}
    ):
        scores[names[found.measure]][found.query_id] = float(found.value)
    return scores
