"""Replies written by code say what changed, what stands in the way, and nothing that the turn does not hold."""

import random
from typing import Any

from agent.claims import unsupported
from agent.commands import Command, ItemReference
from agent.history import Entry, View
from agent.preferences import WishChange
from agent.replying import ReplyInput, reply_to_reset, reply_to_smalltalk, reply_to_undo, reply_to_wishes
from agent.turns import NearMiss, Question, SlateItem
from tests.talking import entry, held
from tools.catalogue import Catalogue
from tools.filter import FilterReport, MustReport

WESTERN = held("genre", "western", id="w1", strength="must")
SHORT = held("runtime", (None, 90.0), id="w2", strength="must")


def slate(tiny: Catalogue, *ids: str) -> tuple[SlateItem, ...]:
    items = [tiny.item(tiny.row(item)) for item in ids]
    return tuple(
        SlateItem(n=n, id=item.id, title=item.title, year=item.year, score=1.0, reasons=("drama",), contributions={})
        for n, item in enumerate(items, start=1)
    )


def reply(tiny: Catalogue, **more: Any) -> str:
    given = {
        "command": Command(),
        "view": View(wishes=(WESTERN, SHORT)),
        "slate": (),
        "near_misses": (),
        "report": None,
        "wanted": 5,
        "first_slate": True,
        "already": (),
        "question": None,
        "notices": (),
        "catalogue": tiny,
        "variety": random.Random(0),
        "today": "2026-11-21",
    }
    return reply_to_wishes(ReplyInput(**(given | more)))


REPORT = FilterReport(
    considered=12,
    kept=0,
    musts=(
        MustReport(wishes=("w1",), kept=1, cost=1, unknown=0),
        MustReport(wishes=("w2",), kept=3, cost=4, unknown=2),
    ),
)
MISS = NearMiss(id="unforgiven-1992", title="Unforgiven", year=1992, breaks=("w2",))


def test_an_empty_result_names_the_costliest_must_and_what_it_costs(tiny: Catalogue) -> None:
    said = reply(tiny, report=REPORT)
    assert "No film here satisfies all of that." in said
    assert "costs most is “at most 90 min”" in said
    assert "4 films" in said
    assert "For 2 films that is not known" in said


def test_near_misses_stand_apart_and_say_what_they_break(tiny: Catalogue) -> None:
    said = reply(tiny, report=REPORT, near_misses=(MISS,))
    assert "Close, but breaking a condition: Unforgiven (1992) (not at most 90 min)." in said


def test_a_thin_result_says_how_many_fit(tiny: Catalogue) -> None:
    thin = REPORT.model_copy(update={"kept": 1})
    said = reply(tiny, report=thin, slate=slate(tiny, "unforgiven-1992"))
    assert "Only 1 film in the catalogue fits." in said
    assert "costs most" in said


def test_a_full_slate_says_nothing_of_conditions(tiny: Catalogue) -> None:
    said = reply(tiny, report=REPORT, slate=slate(tiny, "unforgiven-1992"), wanted=1)
    assert "costs most" not in said
    assert "Close" not in said


def test_what_fits_and_was_shown_before_is_named(tiny: Catalogue) -> None:
    said = reply(tiny, report=REPORT.model_copy(update={"kept": 1}), already=("Unforgiven (1992)",))
    assert "Shown before: Unforgiven (1992)." in said


def test_every_title_in_a_reply_is_of_the_turn(tiny: Catalogue) -> None:
    chosen = slate(tiny, "arrival-2016", "contact-1997")
    for seed in range(30):
        said = reply(
            tiny,
            slate=chosen,
            near_misses=(MISS,),
            report=REPORT,
            already=("Heat (1995)",),
            variety=random.Random(seed),
        )
        titles = ("Arrival", "Contact", "Unforgiven", "Heat")
        numbers = (2016, 1997, 1992, 1995, 90, 2, 4, 0)
        assert unsupported(said, titles, numbers, tiny) == []


def test_what_a_turn_changed_is_said_back(tiny: Catalogue) -> None:
    changes = (
        WishChange(kind="added", wish=WESTERN),
        WishChange(kind="replaced", wish=SHORT, before=(held("runtime", (None, 120.0)),)),
        WishChange(kind="removed", before=(held("mood", "light"),)),
        WishChange(kind="not found", asked="subtitles"),
    )
    said = reply(tiny, view=View(wishes=(WESTERN, SHORT), changes=changes), slate=slate(tiny, "heat-1995"))
    assert "at most 90 min instead of at most 120 min" in said.lower() or "At most 90 min instead of" in said
    assert "Dropped: light." in said
    assert "nothing about “subtitles” to drop" in said


def test_what_was_said_of_items_is_said_back(tiny: Catalogue) -> None:
    items = (
        ItemReference(ref=1, relation="liked", item="heat-1995"),
        ItemReference(ref=2, relation="seen", item="alien-1979"),
        ItemReference(ref=3, relation="disliked", item="airplane-1980"),
    )
    said = reply(tiny, command=Command(intent="feedback", items=items), slate=slate(tiny, "contact-1997"))
    assert "liked Heat" in said
    assert "You've seen Alien" in said
    assert "Airplane!" in said


def test_a_question_and_notices_are_in_the_reply(tiny: Catalogue) -> None:
    question = Question(facet="mood", text="What mood are you in?", answers=("light",))
    said = reply(tiny, slate=slate(tiny, "heat-1995"), question=question, notices=("I have no Zed.",), wanted=1)
    assert said.endswith("What mood are you in?")
    assert "I have no Zed." in said


def test_what_memory_kept_out_is_said_with_its_day_once_a_thread(tiny: Catalogue) -> None:
    never = held(
        "genre", "horror", id="p1", polarity="dislike", strength="must", source="profile", since="2026-03-14"
    )  # fmt: skip
    report = FilterReport(considered=12, kept=11, musts=(MustReport(wishes=("p1",), kept=11, cost=1, unknown=0),))
    shown = {"view": View(lasting=(never,)), "slate": slate(tiny, "heat-1995"), "wanted": 1}
    assert "Leaving out horror, as you told me in March." in reply(tiny, report=report, **shown)
    assert "as you told me" not in reply(tiny, report=report, first_slate=False, **shown)
    idle = FilterReport(considered=12, kept=12, musts=(MustReport(wishes=("p1",), kept=12, cost=0, unknown=0),))
    assert "as you told me" not in reply(tiny, report=idle, **shown)


def test_what_goes_against_memory_is_said_and_for_how_long(tiny: Catalogue) -> None:
    never = held(
        "genre", "horror", id="p1", polarity="dislike", strength="must", source="profile", since="2026-11-20"
    )  # fmt: skip
    for lifetime, words in (("session", "For this conversation I set that aside."), ("lasting", "from now on.")):
        now = held("genre", "horror", lifetime=lifetime)
        view = View(wishes=(now,), resting=(never,), changes=(WishChange(kind="added", wish=now),))
        said = reply(tiny, view=view, slate=slate(tiny, "alien-1979"), wanted=1)
        assert "Yesterday you told me: no horror." in said and words in said


def test_an_undo_says_what_was_taken_back_and_what_holds(tiny: Catalogue) -> None:
    undone: Entry = entry(2)
    assert reply_to_undo(undone, View(wishes=(WESTERN,)), tiny) == "Taken back: “turn 2”. What holds now: western."
    assert reply_to_undo(None, View(), tiny) == "There is nothing to take back."


def test_a_reset_says_what_is_still_known(tiny: Catalogue) -> None:
    never = held("genre", "horror", polarity="dislike", strength="must", source="profile")
    assert "no horror" in reply_to_reset(View(lasting=(never,)), tiny)


def test_small_talk_is_short_and_steers_back(tiny: Catalogue) -> None:
    assert "12 films" in reply_to_smalltalk("hello", 1, tiny, random.Random(0))
    for seed in range(5):
        assert len(reply_to_smalltalk("what is the capital of Peru", 3, tiny, random.Random(seed))) < 200


def test_a_preferred_bound_that_nothing_shown_keeps_is_owned_up_to(tiny: Catalogue) -> None:
    long = held("runtime", (300.0, None), id="w3")
    view = View(wishes=(long,), changes=(WishChange(kind="added", wish=long),))
    said = reply(tiny, view=view, slate=slate(tiny, "heat-1995"), wanted=1)
    assert "None of them is at least 300 min; these come nearest." in said
    met = held("runtime", (160.0, None), id="w3")
    view = View(wishes=(met,), changes=(WishChange(kind="added", wish=met),))
    assert "None of them" not in reply(tiny, view=view, slate=slate(tiny, "heat-1995"), wanted=1)
