"""How people react to items, in simulated turns: the relation, and frames with {} for what is reacted to."""

from agent.commands import Relation

REACTIONS: dict[Relation, tuple[str, ...]] = {
    "liked": (
        "I loved {}", "{} was brilliant", "really enjoyed {}", "{} is my favourite", "{} was great", "I liked {}",
        "{} is one of my favourites", "big fan of {}", "can watch {} over and over", "{} still holds up",
        "grew up on {}", "{} is a masterpiece", "{} was so good", "{} made my week", "{} blew me away",
        "my top ones are {}", "{} was amazing", "we all loved {}", "I adore {}", "{} is perfect",
        "{} was a lot of fun",
    ),
    "disliked": (
        "I hated {}", "{} was boring", "didn't like {}", "{} was terrible", "couldn't get through {}",
        "wasn't keen on {}", "{} put me to sleep", "{} was overrated", "{} did nothing for me", "walked out of {}",
        "{} was a letdown", "couldn't stand {}", "hated every minute of {}", "{} was rubbish", "{} was awful",
        "gave up on {}", "{} was too much for me", "never understood the fuss about {}",
    ),
    "seen": (
        "I've seen {}", "seen {}", "already know {}", "saw {} last week", "{} again? know it already",
        "just watched {}", "watched {} last night", "we did {} already", "{}, been there", "already watched {}",
        "I have seen {} twice", "{} I've seen already", "everyone has seen {}", "we've had {}", "not {}, I know it",
        "I own {}",
    ),
    "similar": (
        "something like {}", "more like {}", "similar to {}", "in the vein of {}", "{} but different",
        "any more like {}", "along the lines of {}", "{} vibes", "the same itch as {}", "anything like {}",
        "in the style of {}", "looking for another {}", "close to {}", "like {} but newer", "what else is like {}",
        "if I want more of {}",
    ),
    "not_interested": (
        "not {}", "{} isn't for me", "no thanks to {}", "skip {}", "{} doesn't appeal", "not feeling {}",
        "pass on {}", "{} looks boring", "don't fancy {}", "{} is out", "never {}", "I refuse to try {}",
        "nobody wants {}", "anything but {}", "{} no", "lose {}",
    ),
    "interested": (
        "{} looks good", "{} sounds interesting", "tempted by {}", "might try {}", "might give {} a go",
        "curious about {}", "been meaning to try {}", "haven't seen {} but I want to", "{} has been on my list",
        "{} could be good", "I'd like to see {}", "saving {} for later", "keep {} for the weekend",
        "heard good things about {}",
    ),
    "accept": (
        "I'll take {}", "let's go with {}", "{} it is", "we'll go for {}", "{} then", "sold on {}", "going with {}",
        "{} wins", "I'll go for {} tonight", "put {} on", "ok, {}", "I will check out {}", "we're having {}",
        "definitely getting {} tonight",
    ),
}  # fmt: skip

ANSWERS: tuple[tuple[str, str, Relation], ...] = (
    ("yes, loved it", "loved it", "liked"),
    ("Yes! one of my favourites", "favourites", "liked"),
    ("yes it was great", "it was great", "liked"),
    ("I have, I really liked it", "liked it", "liked"),
    ("That's a good one", "good one", "liked"),
    ("yes, that was awesome!", "that was awesome", "liked"),
    ("seen it", "seen it", "seen"),
    ("yes I have", "I have", "seen"),
    ("Yes, I've seen that", "seen that", "seen"),
    ("already did", "already did", "seen"),
    ("yeah, it was awful", "it was awful", "disliked"),
    ("I have and I didn't care for it", "didn't care for it", "disliked"),
    ("no", "no", "not_interested"),
    ("nah", "nah", "not_interested"),
    ("not my thing", "not my thing", "not_interested"),
    ("no thanks, too long", "no thanks", "not_interested"),
    ("yes", "yes", "accept"),
    ("ok I'll go for that", "I'll go for that", "accept"),
    ("great, I'll check it out tonight", "check it out", "accept"),
    ("sold", "sold", "accept"),
    ("that'll do nicely", "that'll do", "accept"),
    ("sounds good", "sounds good", "interested"),
    ("no but I want to", "I want to", "interested"),
    ("I haven't, it sounds interesting", "sounds interesting", "interested"),
    ("not yet, it's on my list", "it's on my list", "interested"),
    ("I've heard good things about it", "heard good things about it", "interested"),
    ("what is it about?", "it", "about"),
    ("is that one any good?", "that one", "about"),
    ("who's in it?", "it", "about"),
)
"""Answers to 'Have you seen {}?': what is said, the words it rests on, the relation."""

NOTHINGS = (
    "No, I haven't seen that one",
    "haven't seen it",
    "not yet",
    "I haven't heard of it",
    "no I have not",
    "never heard of that",
    "I don't know that one",
)
"""Answers to the same that say nothing."""
