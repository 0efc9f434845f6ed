"""What a turn says of titles just named to it, and what it asks back, whatever the network made of it."""

import pytest

from agent.commands import Command, Intent, ItemReference, Preference, Relation
from agent.parsing.parser import ParseInput, SlateEntry
from agent.parsing.references import Offered
from agent.parsing.verdicts import with_verdict
from tests.conftest import ROOT
from tools.domain import Domain

DOMAIN = Domain.load(ROOT / "data" / "movies")
JAWS, ALIEN = Offered("Jaws"), Offered("Alien")


def heard(text: str, command: Command | None = None, offered: tuple[Offered, ...] = (JAWS,)) -> Command:
    return with_verdict(command or Command(), ParseInput(text=text), DOMAIN, offered)


def relations(command: Command) -> list[tuple[int | str, Relation]]:
    return [(item.ref, item.relation) for item in command.items]


@pytest.mark.parametrize(
    "text", ["I haven't seen that", "never heard of it", "nope, not seen it yet", "ok. havent ever watched that either"]
)
def test_not_having_seen_it_is_a_reaction_without_a_title(text: str) -> None:
    text = text.replace("havent", "haven't")
    assert heard(text) == Command(intent="feedback")


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("No but I'll check it out, thanks", "accept"),
        ("I think I will give that one a try", "accept"),
        ("never seen it but I really want to", "interested"),
        ("oh that sounds fun", "interested"),
        ("it's on my list", "interested"),
    ],
)
def test_what_was_offered_is_taken_or_wanted(text: str, relation: Relation) -> None:
    command = heard(text, Command(intent="smalltalk"))
    assert (command.intent, relations(command)) == ("feedback", [("Jaws", relation)])


@pytest.mark.parametrize("text", ["I think I'll pass on that one", "I'd rather pass", "let's give it a miss"])
def test_what_is_passed_on_is_no_acceptance(text: str) -> None:
    taken = ItemReference(ref="Jaws", relation="accept", quote="that one")
    assert relations(heard(text, Command(intent="feedback", items=(taken,)))) == [("Jaws", "not_interested")]
    assert relations(heard(text, Command(intent="smalltalk"))) == [("Jaws", "not_interested")]


def test_both_are_taken_where_both_were_offered() -> None:
    assert relations(heard("I'll watch both!", offered=(JAWS, ALIEN))) == [("Jaws", "accept"), ("Alien", "accept")]
    assert relations(heard("I'll watch it!", offered=(JAWS, ALIEN))) == [("Alien", "accept")]


def test_what_is_on_screen_is_not_settled_by_what_was_said_before() -> None:
    turn = ParseInput(text="I'll watch it", slate=(SlateEntry(1, "Heat"), SlateEntry(2, "Ran")))
    assert not with_verdict(Command(), turn, DOMAIN, (JAWS,)).items


def test_a_wish_beside_it_keeps_the_request() -> None:
    wish = Preference(facet="genre", value="comedy", strength="must", quote="comedy")
    command = heard("haven't seen it. a comedy maybe", Command(preferences=(wish,)))
    assert (command.intent, command.preferences) == ("recommend", (wish,))
    assert heard("haven't seen it, what else is there?").intent == "recommend"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("it was fine. can you recommend me something", "recommend"),
        ("good one! which movies should I see", "recommend"),
        ("loved it, any other suggestions", "more"),
        ("great, could you suggest another", "more"),
    ],
)
def test_a_reaction_that_ends_in_a_request_is_one(text: str, intent: Intent) -> None:
    assert heard(text, Command(intent="feedback")).intent == intent


def test_asking_back_about_a_title_is_a_question_about_it() -> None:
    read = Command(intent="feedback", items=(ItemReference(ref="Heat", relation="liked", quote="Heat"),))
    command = heard("nice one. did you see Heat?", read)
    assert (command.intent, relations(command)) == ("question", [("Heat", "about")])
    assert heard("have you seen any good ones lately?", Command(intent="more")).intent == "more"
