"""Phrases that leave no doubt: what they say, whatever the network made of them."""

from collections.abc import Callable

import pytest

from agent.commands import Command, ItemReference, Preference, Range, Relative
from agent.parsing.cues import settle
from agent.parsing.parser import ParseInput, SlateEntry, Utterance
from agent.parsing.preamble import without_preamble
from agent.parsing.whole import says_more, says_thanks, starts_afresh
from tools.domain import Domain
from tools.linking import Linker

SLATE = tuple(SlateEntry(n, f"Item {n}") for n in (1, 2, 3))
IDS = ("arrival-2016", "heat-1995", "alien-1979")
Heard = Callable[..., Command]


@pytest.fixture(scope="module")
def heard(movies_domain: Domain, movies_linker: Linker) -> Heard:
    """What is made of a text after the network said `command`."""

    def hear(text: str, command: Command | None = None, *, slate: bool = True) -> Command:
        mentions = movies_linker.find(text, IDS if slate else ())
        turn = ParseInput(text=text, slate=SLATE if slate else (), mentions=mentions)
        return settle(command or Command(intent="feedback"), turn, movies_domain)

    return hear


def wishes(command: Command) -> list[tuple[str, object, str]]:
    return [(one.facet, one.value, one.op) for one in command.preferences]


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("never mind the year", "year"),
        ("ok forget the decade then", "year"),
        ("i don't care about the length", "runtime"),
        ("drop the age rating", "certificate"),
        ("actually subtitles are fine", "language"),
        ("the mood doesn't matter", "mood"),
    ],
)
def test_a_facet_is_taken_back_by_its_noun(heard: Heard, text: str, facet: str) -> None:
    command = heard(text)
    assert wishes(command) == [(facet, "", "remove")]
    assert command.intent == "recommend"


def test_a_value_is_taken_back_by_its_name(heard: Heard) -> None:
    assert wishes(heard("never mind documentary")) == [("genre", "documentary", "remove")]
    assert wishes(heard("hm, horror is ok after all")) == [("genre", "horror", "remove")]


def test_a_removal_takes_the_place_of_what_was_read_from_its_words(heard: Heard) -> None:
    read = Preference(facet="genre", value="horror", polarity="dislike", strength="must", quote="horror")
    comedy = Preference(facet="genre", value="comedy", strength="must", quote="comedy")
    command = heard("a comedy, and forget horror", Command(preferences=(read, comedy)))
    assert wishes(command) == [("genre", "horror", "remove"), ("genre", "comedy", "add")]


def test_what_is_merely_fine_is_not_taken_back(heard: Heard) -> None:
    assert heard("subtitles are fine", Command()).preferences == ()


@pytest.mark.parametrize("text", ["western", "a western please", "romance", "i want an action movie", "funny"])
def test_a_turn_of_nothing_but_values_is_a_request(heard: Heard, text: str) -> None:
    command = heard(text, Command(intent="smalltalk"), slate=False)
    assert command.intent == "recommend"
    assert len(command.preferences) == 1


def test_what_was_linked_beyond_doubt_is_heard_where_the_network_heard_nothing(heard: Heard) -> None:
    assert wishes(heard("actually what about 2007", Command())) == [("year", Range(min=2007, max=2007), "add")]


@pytest.mark.parametrize("text", ["perfect, cheers", "thanks!", "lol", "ok bye", "Danke schön!", "that's brilliant ta"])
def test_thanks_are_thanks(heard: Heard, text: str) -> None:
    assert says_thanks(text)
    assert heard(text, Command()) == Command(intent="smalltalk")


@pytest.mark.parametrize(
    "text", ["", "great, a western", "thanks, and something lighter", "perfect blue", "good films"]
)
def test_what_goes_on_is_not_only_thanks(text: str) -> None:
    assert not says_thanks(text)


@pytest.mark.parametrize("text", ["more", "next please", "ok show me some more", "anything else?", "another one"])
def test_more_is_more(heard: Heard, text: str) -> None:
    assert says_more(text)
    assert heard(text, Command(intent="question")).intent == "more"


@pytest.mark.parametrize("text", ["more like 2", "more comedies", "something else with Tom Hanks", "next to nothing"])
def test_more_of_something_is_more_than_more(text: str) -> None:
    assert not says_more(text)


@pytest.mark.parametrize("text", ["start over", "ok start again. anime", "let's start afresh", "reset", "clean slate"])
def test_a_fresh_start_is_a_reset(heard: Heard, text: str) -> None:
    assert heard(text, Command(intent="undo")).intent == "reset"


@pytest.mark.parametrize("text", ["films about people who start again", "a man starting over in Alaska"])
def test_a_story_of_a_fresh_start_is_none(text: str) -> None:
    assert not starts_afresh(text)


@pytest.mark.parametrize(
    "text", ["sold, number 2", "ok i'll go with the second", "going with 2", "number 2 it is then"]
)
def test_what_is_taken_is_accepted(heard: Heard, text: str) -> None:
    command = heard(text, Command(intent="explain"))
    assert command.intent == "feedback"
    assert [(item.ref, item.relation) for item in command.items] == [(2, "accept")]


def test_pointing_at_two_takes_neither(heard: Heard) -> None:
    assert all(item.relation != "accept" for item in heard("i'll take a look at 1 and 2").items)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("I've seen Heat and loved it", "liked"),
        ("seen Heat, didn't like it", "disliked"),
        ("seen Heat", "seen"),
        ("seen Heat, my wife would have loved it", "liked"),
    ],
)
def test_a_verdict_says_more_than_seen(heard: Heard, text: str, relation: str) -> None:
    seen = ItemReference(ref="Heat", relation="seen", item="heat-1995")
    assert [item.relation for item in heard(text, Command(intent="feedback", items=(seen,))).items] == [relation]


def test_too_much_of_something_waves_it_off(heard: Heard) -> None:
    command = heard("2 looks too violent for me", Command(intent="recommend"))
    assert ("not_interested", 2) in {(item.relation, item.ref) for item in command.items}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("list ten documentaries", 10),
        ("give me 3 westerns", 3),
        ("show me 2", None),
        ("give me 90 minutes of fun", None),
    ],
)
def test_how_many_are_wanted(heard: Heard, text: str, count: int | None) -> None:
    assert heard(text, Command()).count == count


def test_a_bound_in_figures_is_meant_unless_it_is_hedged(heard: Heard) -> None:
    soft = Preference(facet="runtime", value=Range(min=180), quote="over 3 hours", confidence=0.3)
    (firm,) = heard("an epic over 3 hours long", Command(preferences=(soft,))).preferences
    assert firm.strength == "must" and firm.confidence >= 0.5
    (hedged,) = heard("ideally over 3 hours", Command(preferences=(soft,))).preferences
    assert hedged.strength == "prefer"


def test_a_country_by_name_is_meant(heard: Heard) -> None:
    soft = Preference(facet="country", value="Sweden", quote="Swedish")
    assert heard("a Swedish drama", Command(preferences=(soft,))).preferences[0].strength == "must"
    assert heard("maybe something Swedish", Command(preferences=(soft,))).preferences[0].strength == "prefer"


def test_a_compound_says_all_its_parts(heard: Heard) -> None:
    anime = Preference(facet="genre", value="animation", strength="must", quote="anime")
    assert wishes(heard("anime please", Command(preferences=(anime,)))) == [
        ("genre", "animation", "add"),
        ("language", "Japanese", "add"),
    ]


@pytest.mark.parametrize(
    ("text", "strength"),
    [("A western film is the thing", "must"), ("a western maybe", "prefer"), ("maybe a western film", "prefer")],
)
def test_a_kind_said_with_its_noun_is_meant(heard: Heard, text: str, strength: str) -> None:
    soft = Preference(facet="genre", value="western", quote="western")
    assert heard(text, Command(intent="recommend", preferences=(soft,))).preferences[0].strength == strength


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Michael Caine has to be in the cast", "must"),
        ("Michael Caine really must be in it", "must"),
        ("maybe Michael Caine", "prefer"),
    ],
)
def test_a_name_that_has_to_be_there_is_meant(heard: Heard, text: str, strength: str) -> None:
    soft = Preference(facet="person", value="Michael Caine", quote="Michael Caine")
    assert heard(text, Command(intent="recommend", preferences=(soft,))).preferences[0].strength == strength


@pytest.mark.parametrize(
    "text", ["thriller w/o Tom Hanks", "Tom Hanks, no.", "thriller, Tom Hanks not", "a thriller minus Tom Hanks"]
)
def test_a_refusal_may_stand_on_either_side(heard: Heard, text: str) -> None:
    named = Preference(facet="person", value="Tom Hanks", quote="Tom Hanks")
    one = heard(text, Command(intent="recommend", preferences=(named,))).preferences[0]
    assert (one.value, one.polarity, one.strength) == ("Tom Hanks", "dislike", "must")


@pytest.mark.parametrize("text", ["un thriller sans Tom Cruise", "a thriller film without Tom Cruise"])
def test_what_is_wanted_without_something_is_wanted(heard: Heard, text: str) -> None:
    refused = Preference(facet="genre", value="thriller", polarity="dislike", strength="must", quote="thriller")
    assert heard(text, Command(intent="recommend", preferences=(refused,))).preferences[0].polarity == "like"
    assert (
        heard(f"no {text[2:]}", Command(intent="recommend", preferences=(refused,))).preferences[0].polarity
        == "dislike"
    )


def test_one_item_is_compared_with_nothing(heard: Heard) -> None:
    longer = Preference(facet="runtime", value=Relative(than=1, dir="more"), quote="longer than")
    about = ItemReference(ref=1, relation="about", quote="number 1")
    command = heard("longer than number 1", Command(intent="compare", preferences=(longer,), items=(about,)))
    assert (command.intent, command.items, len(command.preferences)) == ("recommend", (), 1)


def test_an_unknown_name_is_asked_for_all_the_same(heard: Heard) -> None:
    command = heard("anything with Bartholomew Quigglesworth in it?", Command(intent="question"))
    assert [(one.facet, one.value) for one in command.preferences] == [("person", "Bartholomew Quigglesworth")]


@pytest.mark.parametrize("text", ["Tom Hanks, no gore", "Tom Hanks, no?", "Tom Hanks no matter what"])
def test_a_no_of_something_else_refuses_nothing_before_it(heard: Heard, text: str) -> None:
    named = Preference(facet="person", value="Tom Hanks", quote="Tom Hanks")
    assert heard(text, Command(intent="recommend", preferences=(named,))).preferences[0].polarity == "like"


def test_what_is_fine_is_not_wished_for(heard: Heard) -> None:
    german, czech = (
        Preference(facet="country", value=value, quote=quote)
        for value, quote in (("Germany", "German"), ("Czech Republic", "Czech"))
    )
    assert not heard("German's fine, so is Czech", Command(intent="recommend", preferences=(german, czech))).preferences


def test_what_is_fine_answers_an_open_question(movies_domain: Domain, movies_linker: Linker) -> None:
    comedy = Preference(facet="genre", value="comedy", quote="comedy")
    for asked, wished in (("What kind of film would you like?", 1), ("Is a comedy a problem?", 0)):
        turn = ParseInput(
            text="a comedy is fine",
            context=(Utterance("assistant", f"Five films. {asked}"),),
            mentions=movies_linker.find("a comedy is fine", (), 2026),
        )
        read = settle(Command(intent="recommend", preferences=(comedy,)), turn, movies_domain)
        assert len(read.preferences) == wished, asked


def test_never_having_heard_of_it_is_no_wish_for_the_obscure(heard: Heard) -> None:
    obscure = Preference(facet="popularity", value=Range(max=40), quote="never heard of")
    assert not heard("nope never heard of it", Command(intent="feedback", preferences=(obscure,))).preferences


def test_a_wish_after_a_reaction_is_heard(heard: Heard) -> None:
    seen = ItemReference(ref="The Conjuring", relation="seen", quote="it")
    command = heard("Already seen it. What about 70s horror?", Command(intent="feedback", items=(seen,)))
    assert command.intent == "recommend" and command.items == (seen,)
    assert {one.facet for one in command.preferences} == {"year", "genre"}


@pytest.mark.parametrize("word", ["overly", "fit", "comes into it"])
def test_words_that_say_nothing_are_no_theme(heard: Heard, word: str) -> None:
    phrase = Preference(facet="theme", value=word, quote=word)
    assert not heard(f"nothing {word}", Command(intent="recommend", preferences=(phrase,))).preferences


def test_a_theme_is_said_without_what_brings_it_in(heard: Heard) -> None:
    phrase = Preference(facet="theme", value="lighthouses comes into it", quote="lighthouses comes into it")
    command = heard("one where lighthouses comes into it", Command(intent="recommend", preferences=(phrase,)))
    assert [one.value for one in command.preferences] == ["lighthouses"]


@pytest.mark.parametrize(("text", "strength"), [("a rom com please", "must"), ("maybe a rom com", "prefer")])
def test_a_compound_read_as_one_phrase_is_as_firm_as_its_words(heard: Heard, text: str, strength: str) -> None:
    phrase = Preference(facet="theme", value="rom com", quote="rom com")
    command = heard(text, Command(intent="recommend", preferences=(phrase,)))
    assert {(one.value, one.strength) for one in command.preferences} == {("romance", strength), ("comedy", strength)}


def test_a_refused_compound_is_left_as_it_was_read(heard: Heard) -> None:
    refused = Preference(facet="genre", value="comedy", polarity="dislike", quote="romcoms")
    assert wishes(heard("no romcoms", Command(preferences=(refused,)))) == [("genre", "comedy", "add")]


@pytest.mark.parametrize(
    ("text", "direction"), [("longer than number 1", "more"), ("nothing longer than 1", "less"), ("shorter", "less")]
)
def test_a_comparative_says_its_direction(heard: Heard, text: str, direction: str) -> None:
    read = Preference(facet="runtime", value=Relative(than=1, dir="less"), quote=text)
    assert heard(text, Command(preferences=(read,))).preferences[0].value == Relative(than=1, dir=direction)


def test_a_kind_that_the_network_did_not_hear_is_heard_in_a_short_turn(heard: Heard) -> None:
    older = Preference(
        facet="year", value=Relative(than="Alien", dir="less"), strength="must", quote="older than alien"
    )
    assert ("genre", "sci-fi", "add") in wishes(heard("sci fi older than alien", Command(preferences=(older,))))
    war = Preference(facet="mood", value="dark", quote="dark")
    refused = heard("dark but not a war film", Command(preferences=(war,))).preferences[-1]
    assert (refused.value, refused.polarity, refused.strength) == ("war", "dislike", "must")


def test_a_bare_value_is_never_refused(heard: Heard) -> None:
    refused = Preference(facet="genre", value="romance", polarity="dislike", strength="must", quote="romance")
    (wish,) = heard("romance", Command(preferences=(refused,))).preferences
    assert wish.polarity == "like"


@pytest.mark.parametrize("text", ["undo", "undo that", "and undo that too", "oops, undo please"])
def test_undo_is_undo(heard: Heard, text: str) -> None:
    assert heard(text, Command(intent="reset")) == Command(intent="undo")


def test_what_was_seen_is_no_fresh_start(heard: Heard) -> None:
    seen = ItemReference(ref="Heat", relation="seen", item="heat-1995")
    assert heard("already watched Heat", Command(intent="reset", items=(seen,))).intent == "feedback"


def test_a_number_that_is_not_on_screen_is_still_meant(heard: Heard) -> None:
    (item,) = heard("seen number 9", Command(intent="feedback")).items
    assert (item.ref, item.relation) == (9, "seen")


def test_by_somebody_is_meant(heard: Heard) -> None:
    soft = Preference(facet="person", value="Quentin Tarantino", quote="Tarantino", confidence=0.9)
    assert heard("westerns by Tarantino", Command(preferences=(soft,))).preferences[0].strength == "must"
    assert heard("maybe by Tarantino", Command(preferences=(soft,))).preferences[0].strength == "prefer"


def test_like_in_other_languages_is_like(heard: Heard) -> None:
    about = ItemReference(ref="Heat", relation="about", item="heat-1995", quote="Heat")
    command = heard("algum filme parecido com Heat?", Command(intent="question", items=(about,)))
    assert (command.intent, command.items[0].relation) == ("recommend", "similar")


def test_type_of_thing_is_no_theme(heard: Heard) -> None:
    theme = Preference(facet="theme", value="pixar type", quote="pixar type")
    assert heard("pixar type thing", Command(preferences=(theme,))).preferences[0].value == "pixar"


def test_a_question_that_is_not_of_the_catalogue_is_small_talk(heard: Heard) -> None:
    assert heard("what's the capital of Peru", Command(intent="question")) == Command(intent="smalltalk")
    assert wishes(heard("do you have anything from Peru?", Command(intent="question"))) == [("country", "Peru", "add")]


def test_what_is_called_a_film_and_written_like_a_title_is_one(heard: Heard) -> None:
    command = heard("recommend the film Glorbnar Rising, it's in there", Command(intent="feedback"), slate=False)
    assert [(item.ref, item.relation) for item in command.items] == [("Glorbnar Rising", "similar")]
    assert command.intent == "recommend"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("forget all that. war movies", "war movies"),
        ("no actually horror instead", "horror instead"),
        ("nah wait, a comedy", "a comedy"),
        ("ok, never mind that, something french", "something french"),
        ("no horror", "no horror"),
        ("forget what i said about horror", "forget what i said about horror"),
        ("forget that.", "forget that."),
    ],
)
def test_an_opening_is_blanked_out(text: str, left: str, movies_linker: Linker) -> None:
    turn = ParseInput(text=text, mentions=movies_linker.find(text))
    bare = without_preamble(turn)
    assert bare.text.strip() == left
    assert len(bare.text) == len(text)
    assert all(bare.text[one.start : one.end] == one.text for one in bare.mentions)


def test_slips_of_the_pen_in_values_are_forgiven(movies_linker: Linker) -> None:
    found = {one.value for one in movies_linker.find("a romatic comdey or a thriler")}
    assert {"romantic", "comedy", "thriller"} <= found


@pytest.mark.parametrize("text", ["comity", "a drawer", "thrill"])
def test_english_words_are_no_slips(text: str, movies_linker: Linker) -> None:
    assert not {one.value for one in movies_linker.find(text) if one.score == 0.7}


@pytest.mark.parametrize("text", ["what have you got on me", "what did you put down", "what have you got on file"])
def test_asking_what_is_written_down_asks_for_the_profile(heard: Heard, text: str) -> None:
    named = Preference(facet="person", value="Diane Keaton", strength="must", quote=text[:4])
    lasting = Preference(facet="genre", value="horror", polarity="dislike", lifetime="lasting", quote=text[:4])
    command = heard(text, Command(intent="recommend", preferences=(named, lasting)))
    assert (command.intent, command.preferences) == ("profile", (lasting,))


@pytest.mark.parametrize("text", ["what about the 80s", "hmm, how about the eighties then"])
def test_what_about_a_value_is_a_wish(heard: Heard, text: str) -> None:
    assert wishes(heard(text, Command(intent="question"))) == [("year", Range(min=1980, max=1989), "add")]
    assert heard(text, Command(intent="question")).intent == "recommend"


def test_figures_alone_are_a_reaction_to_nothing(heard: Heard) -> None:
    read = Command(intent="feedback", items=(ItemReference(ref=2, relation="liked", quote="max 2h"),))
    command = heard("max 2h", read)
    assert (wishes(command), command.items) == ([("runtime", Range(max=120), "add")], ())


def test_what_nobody_minds_is_not_refused(heard: Heard) -> None:
    text = "i have nothing against swearing"
    read = Preference(facet="theme", value="swearing", polarity="dislike", strength="must", quote="swearing")
    assert not heard(text, Command(preferences=(read,))).preferences


def test_what_is_refused_beside_it_stays_refused(heard: Heard) -> None:
    read = [
        Preference(facet=facet, value=value, polarity="dislike", strength="must", quote=value)
        for facet, value in (("genre", "horror"), ("theme", "gore"))
    ]
    command = heard("I have nothing against horror but no gore", Command(preferences=tuple(read)))
    assert [(one.value, one.polarity, one.strength) for one in command.preferences] == [("gore", "dislike", "must")]


def test_not_quite_the_one_points_at_nothing(heard: Heard) -> None:
    read = Command(intent="more", items=(ItemReference(ref=1, relation="seen", quote="the one"),))
    assert not heard("Not yet the one. What other ones are there?", read).items


def test_a_comparative_says_what_it_compares(heard: Heard) -> None:
    read = Preference(facet="rating", value=Relative(than=1, dir="less"), quote="longer than number 1")
    (wish,) = heard("longer than number 1", Command(intent="recommend", preferences=(read,))).preferences
    assert (wish.facet, wish.value) == ("runtime", Relative(than=1, dir="more"))


@pytest.mark.parametrize(
    "text",
    [
        "Would you have a film that is over in about an hour or so, with Al Pacino acting in it?",
        "My wish for tonight is a quiet little film that Al Pacino is in, but go easy on the gore.",
    ],
)
def test_a_name_that_is_to_be_there_is_asked_for_in_however_long_a_sentence(heard: Heard, text: str) -> None:
    assert ("person", "Al Pacino", "add") in wishes(heard(text, Command(intent="recommend")))


def test_going_back_to_the_list_before_is_undo(heard: Heard) -> None:
    assert heard("oops, go back to the previous list", Command(intent="more")).intent == "undo"


def test_what_has_to_be_is_no_chat(heard: Heard) -> None:
    command = heard("It has to have come out after 2010.", Command(intent="smalltalk"))
    assert (command.intent, wishes(command)) == ("recommend", [("year", Range(min=2011), "add")])
    assert heard("the vet has to come at 9", Command(intent="smalltalk")).intent == "smalltalk"


def test_a_polite_request_is_no_question_of_whether_there_is_one(heard: Heard) -> None:
    command = heard(
        "Would you have a Billy Wilder film, as long as it's no biographical film?", Command(intent="question")
    )
    assert command.intent == "recommend"
    assert [(one.facet, one.value, one.polarity) for one in command.preferences] == [
        ("person", "Billy Wilder", "like"),
        ("genre", "biography", "dislike"),
    ]
