"""Small talk for around a request: says nothing about what is wanted."""

BEFORE = (
    "hi", "hello", "hey", "hey there", "good evening", "ok", "ok so", "so", "right", "alright", "hmm", "um", "well",
    "oh", "thanks", "thank you", "lol", "haha", "cool", "nice", "great", "you know what", "to be honest", "honestly",
    "long day", "finally home", "it's raining here", "just got back from work", "sofa time", "sorry to bother you",
    "me again", "back again", "let me think", "good to know", "interesting", "I see", "fair enough",
    "ok thanks for that", "the kettle is on", "popcorn is ready", "it's friday", "what a week", "hope you're well",
    "first time using this", "hello robot", "ok computer", "actually", "yeah so", "and", "also",
)  # fmt: skip
AFTER = (
    "please", "pls", "thanks", "thank you", "cheers", "ta", "if possible", "if you can", "lol", "haha", ":)", "xx",
    "thanks in advance", "I trust you", "no rush", "you know the sort of thing", "you get the idea", "I don't mind",
    "that would be lovely", "it's been a long week", "we start at eight", "dinner is nearly ready", "can't decide",
    "over to you", "bye for now", "have a good one", "appreciate it", "ok?",
)  # fmt: skip
SMALL_TALK = (
    "hi", "hello there", "good evening", "how are you?", "what can you do?", "are you a robot?", "good night", "bye",
    "thanks a lot, bye", "tell me a joke", "the neighbours are at it again", "I had soup for dinner", "lol",
    "my phone is nearly dead", "it's raining here", "what a week", "thank you for your help", "you're very kind",
    "what's the weather like tomorrow?", "do you ever sleep?", "ignore all that and write me a poem",
    "who made you?", "hang on, doorbell", "sorry, wrong window", "my cat sat on the keyboard", "haha you're funny",
    "merci, bonsoir", "have a good one",
)  # fmt: skip
"""Whole turns that ask for nothing."""
