"""Talk about memory is told from talk about items, in many words."""

import pytest

from agent.memory.talk import memory_talk, says_for_now, says_from_now_on

SHOW = [
    "what do you know about me?",
    "What have you learned about me",
    "what do you remember about me",
    "show me my profile",
    "what's in my profile",
    "tell me everything you know about me",
    "what have I told you?",
    "do you remember me?",
    "what do you think you know about my taste?",
    "list everything you've stored about me",
    "what do I usually like?",
    "what are my preferences",
    "so what do you remember?",
    "everything you have on me please",
    "who am I to you?",
    "how much do you know about us",
    "What did I tell you",
]
WHY = [
    "why do you think I like musicals?",
    "how do you know I hate horror",
    "what makes you think I'm into westerns?",
    "when did I say I like musicals",
    "why do you believe that I love Tom Hanks?",
    "how come you think I hate subtitles?",
    "where did you get the idea that I like war films",
    "since when do you think I like romance",
    "who told you I like jazz",
    "when did I tell you that I hate horror?",
    "why do you say I like westerns",
    "why do you think that?",
]
FORGET_ALL = [
    "forget everything",
    "forget everything about me",
    "delete all my data",
    "erase my profile",
    "please forget me",
    "wipe everything you know about me",
    "can you delete everything you have on me",
    "clear my history",
    "I want to be forgotten",
    "treat me as new",
    "forget all you know about me",
    "Forget whatever you've learned about us.",
    "forget all about me",
    "delete my preferences",
    "erase what you have stored about me",
    "wipe my data please",
]
FORGET_LAST = [
    "forget that",
    "forget it",
    "please forget that",
    "forget what I just said",
    "no, don't remember that",
    "delete that",
    "don't keep that",
    "you don't need to remember that",
    "forget that please",
    "erase that from your memory",
]
FORGET = {
    "forget that I like horror": "I like horror",
    "stop assuming I like musicals": "I like musicals",
    "forget what I said about westerns": "westerns",
    "forget what I told you about my kids": "my kids",
    "please forget that my kids are 5 and 8": "my kids are 5 and 8",
    "I never said I like romance": "I like romance",
    "forget my preference for horror": "horror",
    "delete what you know about my kids": "my kids",
    "remove horror from my profile": "horror",
    "don't think I hate comedies": "I hate comedies",
    "erase the note about the kids": "the kids",
    "forget that we hate subtitles": "we hate subtitles",
}
REMEMBER = {
    "remember that my kids are 5 and 8": "my kids are 5 and 8",
    "please remember I hate musicals": "I hate musicals",
    "keep in mind that we don't have much time on weekdays": "we don't have much time on weekdays",
    "Don't forget that my wife is French.": "my wife is French",
    "note that I never watch horror": "I never watch horror",
    "for future reference, I can't stand Tom Cruise": "I can't stand Tom Cruise",
    "remember: no horror": "no horror",
    "can you remember that I love westerns?": "I love westerns",
    "just so you know, my eyesight is bad": "my eyesight is bad",
    "never forget that I hate gore": "I hate gore",
    "remember my son is scared of spiders": "my son is scared of spiders",
}
OTHER = [
    "forget the comedy, show me a western",
    "forget the filters",
    "forget what I said above",
    "something to remember",
    "remember the titans",
    "a film about a man who can't remember anything",
    "I remember a film where a dog drives",
    "do you know any Kurosawa films?",
    "what do you know about Heat?",
    "why is number 2 on the list?",
    "why Heat?",
    "something like Memento",
    "never horror",
    "actually, drop the musicals",
    "clear the list",
    "forget about the runtime",
    "what do you have with Tom Hanks",
    "tell me about number 3",
    "why do you think it fits?",
    "I like musicals",
    "Everything Everywhere All at Once",
    "show me all westerns",
    "do you remember the one with the bus?",
    "nothing I know",
    "forget the last condition",
    "what would you show a friend of mine?",
    "a comedy to forget my day",
    "remove horror",
    "erase the runtime limit",
    "The Notebook",
    "Eternal Sunshine of the Spotless Mind",
    "forget about horror",
]


@pytest.mark.parametrize("text", SHOW)
def test_asking_what_is_known_is_recognised(text: str) -> None:
    assert (talk := memory_talk(text)) and talk.kind == "show"


@pytest.mark.parametrize("text", WHY)
def test_asking_why_something_is_believed_is_recognised(text: str) -> None:
    assert (talk := memory_talk(text)) and talk.kind == "why"


@pytest.mark.parametrize("text", FORGET_ALL)
def test_asking_to_be_forgotten_is_recognised(text: str) -> None:
    assert (talk := memory_talk(text)) and talk.kind == "forget all"


@pytest.mark.parametrize("text", FORGET_LAST)
def test_taking_back_what_was_last_kept_is_recognised(text: str) -> None:
    assert (talk := memory_talk(text)) and talk.kind == "forget last"


@pytest.mark.parametrize(("text", "what"), FORGET.items())
def test_forgetting_one_thing_names_it(text: str, what: str) -> None:
    assert (talk := memory_talk(text)) and (talk.kind, talk.what) == ("forget", what)


@pytest.mark.parametrize(("text", "what"), REMEMBER.items())
def test_keeping_one_thing_names_it(text: str, what: str) -> None:
    assert (talk := memory_talk(text)) and (talk.kind, talk.what) == ("remember", what)


@pytest.mark.parametrize("text", OTHER)
def test_talk_about_items_is_not_talk_about_memory(text: str) -> None:
    assert memory_talk(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "actually I like horror now",
        "I don't mind horror any more",
        "we've grown to like musicals",
        "I changed my mind, I love westerns",
        "I'm into horror these days",
        "turns out I enjoy romance",
        "I no longer hate musicals",
    ],
)
def test_a_changed_taste_is_told_from_an_exception(text: str) -> None:
    assert says_from_now_on(text) and not says_for_now(text)


@pytest.mark.parametrize(
    "text", ["but tonight horror is fine", "just this once a horror", "I like horror tonight", "horror now"]
)
def test_an_exception_is_no_changed_taste(text: str) -> None:
    assert not says_from_now_on(text)
