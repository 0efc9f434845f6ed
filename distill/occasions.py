"""Turns that are not requests, in many words: {noun} and {nouns} stand for what is recommended, {} for what varies."""

from agent.commands import Intent

FIXED: dict[Intent, tuple[str, ...]] = {
    "recommend": (
        "surprise me", "no idea, you choose", "what should I try", "whatever you think", "help me pick",
        "anything goes", "can you recommend a good {noun}?", "I need a {noun} for tonight",
        "what {noun} should I get", "I'm easy, you pick", "I'm open to anything", "not sure what I want tbh",
        "hi, looking for a {noun}", "any suggestions?", "I like all {nouns}", "hello, can you help me find a {noun}",
        "what do you recommend?", "what's good these days", "idk, something nice", "I am not picky",
        "no preference really", "could you suggest some {nouns}?", "I like {nouns} in general", "help, I'm bored",
    ),
    "more": (
        "anything else?", "what else have you got", "show me more", "next", "other ideas?", "more please",
        "and others?", "got any others", "keep them coming", "another one", "something else?", "any more?",
        "ok what else", "next page", "do you have other options?", "give me another batch", "hm, what else is there",
        "a few more please", "more of these", "do you have any other suggestions", "let's see some more",
        "different ones please", "not convinced, what else",
    ),
    "feedback": (
        "great choices", "these are perfect, thanks", "not bad", "hmm, none of that is news to me", "nice list",
        "good suggestions!", "meh", "wow, excellent picks", "you know me well", "that list is terrible",
        "love these ideas",
    ),
    "undo": (
        "undo that", "go back", "take that back", "as you were", "put it back how it was", "one step back", "undo",
        "revert", "scrap my last message", "ignore what I just said", "oops, undo the last thing",
        "can I have the previous list back", "no wait, go back to before", "that was a mistake, undo",
        "reverse that", "bring back the ones from before", "cancel that last change", "return to the previous ones",
        "never mind that last bit", "back up a step",
    ),
    "reset": (
        "start over", "let's begin again", "forget everything, from scratch", "clean slate please", "reset",
        "new search", "wipe all that and start again", "let's start fresh", "scrap the lot",
        "throw it all out, we begin anew", "drop all the filters", "clear everything", "from the top",
        "this isn't working, start afresh", "back to square one", "forget all I said tonight",
        "remove all my criteria", "can we restart", "begin again with nothing", "tear it all up",
    ),
    "profile": (
        "what do you know about me?", "what have you remembered", "show me what you saved", "wipe my data",
        "my profile please", "what do you think I like?", "delete everything you know about me",
        "what have I told you so far", "show my history", "which of my tastes do you remember?",
        "what's on my list of dislikes", "do you keep what I say?", "forget me", "list my saved preferences",
        "erase my memory", "what have you got down about me", "export my data", "read back what you know of me",
        "is any of this being stored?", "what filters do I have on", "remind me what I like",
    ),
    "explain": (
        "why these?", "why did you pick that", "how come you suggested this", "what made you choose them",
        "why that one?", "why on earth would you show me this", "what's the reasoning here", "explain yourself",
        "how do you come up with these", "why am I seeing this", "on what grounds?",
        "what has this got to do with what I asked", "why is this on the list", "how is that what I asked for?",
        "what made you think of it", "care to explain the choice?", "why those of all {nouns}",
    ),
    "compare": (
        "which of these is better?", "which one is shorter", "how do they compare",
        "what's the difference between the two", "which is the best of them", "compare these",
        "which of them has the better reviews", "the lighter of the two?", "which would you go for",
        "rank these for me", "are they similar?", "if I only have time for one, which",
        "which one suits beginners more", "is one of them more serious than the other", "pros and cons of each?",
    ),
    "question": (
        "what's it about?", "how long is it", "who made it?", "is it any good?", "when did it come out",
        "is it for kids?", "does it have a sad ending", "is it scary?", "who's in it", "is there a sequel",
        "how many {nouns} do you have?", "what {nouns} do you know", "where can I get it", "what language is it in",
        "is that based on a true story", "tell me more about it", "did it win anything", "what's the plot",
        "is it violent at all", "can children handle it",
    ),
}  # fmt: skip

COMPARISONS = (
    "{} or {}?", "which is shorter, {} or {}", "is {} better than {}?", "{} vs {}", "compare {} and {}",
    "what about {} against {}", "{} and {}, same kind of thing?", "how does {} compare to {}",
    "between {} and {}, which is lighter?", "should I go for {} or {}", "difference between {} and {}?",
    "would you say {} is scarier than {}",
)  # fmt: skip
REASONS = (
    "why {}?", "why did you suggest {}", "how come {} is on there", "what has {} got to do with it",
    "what made you pick {}", "I asked for something else, why {}", "{}? explain", "on what grounds do I get {}",
)  # fmt: skip
OFFERED = (
    "do you have any {}?", "have you got any {}?", "is there anything {} in there?", "how many {} do you have",
    "do you know any {}", "are there any {} in your catalogue?", "any {} on your shelves?",
)  # fmt: skip
"""Questions to the catalogue: what they name is a filter."""
REMEMBER = (
    "remember that I like {}", "for the future: I love {}", "keep in mind that I enjoy {}", "note that I'm into {}",
    "please save that I prefer {}", "add {} to my likes", "make a note: {} is my thing",
    "put me down as a fan of {}",
)  # fmt: skip
REMEMBER_NOT = (
    "remember that I hate {}", "for the future: never {}", "note that I can't stand {}", "add {} to my dislikes",
    "keep in mind I don't do {}", "please save that I never want {}", "make a note: no {}, ever",
)  # fmt: skip
UNLEARN = (
    "forget that I hate {}", "forget I said I don't like {}", "take {} off my dislikes",
    "{} is fine again, delete that rule", "remove {} from what you know", "I no longer mind {}, unlearn it",
    "erase what I said about {}",
)  # fmt: skip
TASTES = (
    "I like {}, {} and {}", "{}, {}, {}", "I enjoy {} and also {}, {} too", "mostly {} but also {} and {}",
    "I love {} and {}, sometimes {}", "my favourites are {}, {} and {}", "usually {}, {} or {}",
    "I'm into {}, {}, {} mostly",
)  # fmt: skip
"""Answers to 'What kind do you like?'."""
ASKED_FOR_TASTES = (
    "What kind of {nouns} do you like?", "What are you in the mood for?", "What type of {nouns} are you into?",
    "Tell me what you usually enjoy.", "Hi! What can I find for you?", "What do you like?",
)  # fmt: skip
