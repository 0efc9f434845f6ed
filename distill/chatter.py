"""Small talk for around a request: says nothing about what is wanted."""

BEFORE = (
    "hi", "hello", "hey", "hey there", "good evening", "ok", "ok so", "so", "right", "alright", "hmm", "um", "well",
    "oh", "thanks", "thank you", "lol", "haha", "cool", "nice", "great", "you know what", "to be honest", "honestly",
    "long day", "finally home", "it's raining here", "just got back from work", "sofa time", "quick question",
    "sorry to bother you", "me again", "back again", "let me think", "good to know", "interesting", "I see",
    "fair enough", "ok thanks for that", "the kettle is on", "popcorn is ready", "it's friday", "what a week",
    "please help", "hope you're well", "first time using this", "hello robot", "ok computer", "actually", "yeah so",
    "and", "also",
)  # fmt: skip
AFTER = (
    "please", "pls", "thanks", "thank you", "cheers", "ta", "if possible", "if you can", "lol", "haha", ":)", "xx",
    "thanks in advance", "what do you think?", "any ideas?", "what have you got?", "surprise me", "I trust you",
    "help me out here", "go on then", "no rush", "you know the sort of thing", "you get the idea", "or whatever",
    "I don't mind", "happy to hear your thoughts", "that would be lovely", "it's been a long week", "we start at eight",
    "dinner is nearly ready", "can't decide", "over to you", "bye for now", "have a good one", "appreciate it", "ok?",
)  # fmt: skip
