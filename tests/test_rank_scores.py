"""Ranking metrics on examples worked by hand."""

import math

import pytest

from eval.ranking import rank_scores


def test_figures_of_a_ranking_worked_by_hand() -> None:
    # Relevant at places 1 and 4 of three relevant ones.
    scores = rank_scores({"q": {"a", "b", "c"}}, {"q": ["a", "x", "y", "b", "z"]}, [1, 5])
    assert scores["recall@1"]["q"] == pytest.approx(1 / 3)
    assert scores["recall@5"]["q"] == pytest.approx(2 / 3)
    gained = 1 + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores["ndcg@5"]["q"] == pytest.approx(gained / ideal)
    assert scores["mrr"]["q"] == 1.0
    assert scores["hit@1"]["q"] == 1.0


def test_the_first_relevant_place_is_what_mrr_is_over() -> None:
    scores = rank_scores({"q": {"a"}}, {"q": ["x", "y", "a"]}, [1, 5])
    assert scores["mrr"]["q"] == pytest.approx(1 / 3)
    assert scores["hit@1"]["q"] == 0.0 and scores["hit@5"]["q"] == 1.0


def test_a_query_without_an_answer_scores_nothing_and_is_counted() -> None:
    scores = rank_scores({"p": {"a"}, "q": {"a"}}, {"p": ["a"], "q": []}, [5])
    assert scores["recall@5"] == {"p": 1.0, "q": 0.0}


def test_an_item_listed_twice_counts_where_it_stands_first() -> None:
    scores = rank_scores({"q": {"a", "b"}}, {"q": ["a", "a", "b"]}, [2])
    assert scores["recall@2"]["q"] == 1.0
