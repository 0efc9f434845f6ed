"""Recognises talk about memory in plain English, whichever parser read the turn; the rest of a command stays as it was.

'What do you know about me?', 'why do you think I like musicals?', 'forget that I like horror', 'forget everything',
'remember that my kids are 5 and 8'. What is said of this conversation only ('forget the comedy') is not talk about
memory.
"""

import re
from dataclasses import dataclass
from typing import Literal

from agent.commands import Command, Preference
from agent.memory.topics import asks_about

Kind = Literal["show", "why", "forget all", "forget last", "forget", "remember", "change"]


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


_LEAD = r"^\W*(?:(?:ok(?:ay)?|no|oh|hey|and|also|now|so|actually|please|just|well|right|wait|hmm|sorry|attune)\W+)*"
_ASKING = r"(?:(?:can|could|would|will) you |i(?:'d| would) like you to |i want you to |you (?:can|should|may) )?"
_START = rf"{_LEAD}{_ASKING}(?:please )?"
_MINE = r"my (?:tastes?|preferences|likes|history|profile|data)"
_OF_ME = rf"(?:(?:about|on|of) (?:me|us)|about my \w+(?: \w+)?|{_MINE})"
_KNOW = r"(?:know|remember|store[ds]?|saved?|learn(?:ed|t)?|ke(?:ep|pt)|recall|think|have|got|gathered|picked up|noted)"
_YOUR_MEMORY = r"(?:my (?:profile|memory|memories|saved \w+|stored \w+)|what you (?:know|remember|have))"
_SHOW = _pattern(
    r"\b(?:what|everything|anything|all|how much|which things|which of my \w+)\b[^.?!]{0,25}",
    rf"\byou(?:'ve|'re)?\b[^.?!]{{0,15}}\b{_KNOW}\b[^.?!]{{0,20}}\b{_OF_ME}\b|",
    r"\bwhat (?:have i|did i|i've) (?:ever )?(?:told|tell|said to|say to) you\b(?! (?:to|not))|",
    r"\bwhat(?:'s| is| does| do) (?:there )?(?:in )?(?:my (?:profile|memory)|your memory(?: of me)?|you remember)\b|",
    r"\bwhat do you (?:remember|recall)\b(?! of (?:it|the))|",
    r"\bwho (?:do you think i am|am i to you)\b|",
    rf"\b(?:show|list|read|tell|give)(?: me)? (?:{_YOUR_MEMORY}|",
    rf"(?:everything|all(?: that)?|anything|what) you(?:'ve| have)? (?:\w+ )?{_KNOW}\b)|",
    r"\bdo you (?:know|remember) (?:anything|something) (?:about|of) (?:me|us)\b|\bdo you (?:know|remember) me\b|",
    r"\bwhat (?:are|were) my (?:lasting |saved |stored |usual )?(?:preferences|likes|dislikes|tastes?|wishes|rules)\b|",
    r"\bwhat do i (?:usually |generally |normally )?(?:like|love|hate|dislike|avoid)\b",
)
_BELIEVE = (
    r"(?:think|believe|assume|say|know|reckon|suppose|figure|remember|tell you|told you|told|said|"
    r"g[eo]t (?:the idea|that))"
)
_WHY = _pattern(
    r"\b(?:why|how come|what makes|how do|since when|when did|where did|who (?:said|told)|what made)\b[^.?!]{0,25}?",
    rf"\b(?:you|u|i)\b[^.?!]{{0,12}}?\b{_BELIEVE}\b[^.?!]{{0,12}}?\b(?:i|i'm|i've|we|my|that i|so)\b|",
    r"\bwho (?:said|told you|says)\b[^.?!]{0,12}\b(?:i|we)\b|",
    # 'Why do you think that?' asks of what was believed; 'why do you think it fits?' of an item.
    rf"\b(?:why|how come|what makes) (?:do |would |did )?you {_BELIEVE} (?:that|so|it)\W*$",
)
_WHAT_OF_ME = _pattern(
    rf"\b{_BELIEVE}\b(?: that| so| you)*\s+(?P<what>(?:i|i'm|i've|we|we're|my|our)\b.+)$",
)
_KEEP = (
    r"(?:remember|keep in mind|bear in mind|note(?: down)?|make a note|take note|memori[sz]e|don'?t forget|"
    r"do not forget|never forget|save|store)"
)
_REMEMBER = _pattern(
    rf"{_START}(?:always )?(?:{_KEEP}(?:\s*[:,]|(?: for (?:later|next time|the future|good))?,? that\b|",
    r"(?= (?:i|i'm|i've|we|we're|my|our|me as)\b))|",
    r"for (?:future reference|the record|next time|the future|later)\W+|(?:just )?so (?:that )?you know\W+|fyi\W+)",
    r"\s*(?P<what>\S.*)$",
)
_DROP = r"(?:forget|delete|erase|wipe|clear|remove|purge|drop|unlearn|lose)"
_WHOLE = (
    # 'All that' by itself is what was just talked about.
    r"(?:everything|all (?:of )?(?:my|the)\b|all (?:of )?(?:it|that) (?:you|about (?:me|us))|all you|all about me|"
    r"(?:about )?(?:me|us)(?=\W*(?:$|please\b|now\b|completely\b|entirely\b|altogether\b))|"
    r"my (?:data|profile|history|preferences|tastes?|memory|memories|information|info|account|records?)|"
    r"(?:what(?:ever)?|anything) you(?:'ve| have)? (?:\w+ )?"
    r"(?:know|stored|saved|remember(?:ed)?|learn(?:ed|t)|got|have|kept|think)|your memory|the (?:profile|memory))"
)
_FORGET_ALL = _pattern(
    rf"{_START}{_DROP}\b[^.?!,;]{{0,20}}?\b{_WHOLE}|\b(?:treat|see) (?:me|us) as (?:new|a stranger)\b|",
    r"\bi(?:'d| would)? (?:want|like)(?: you)? to (?:be forgotten|forget (?:everything|all|me))\b|",
    rf"\b(?:can|could|would|will) you (?:please )?{_DROP}\b[^.?!,;]{{0,20}}?\b{_WHOLE}|",
    rf"\bi want {_WHOLE} (?:gone|deleted|erased|wiped)\b",
)
_OF_NOW = _pattern(
    r"\b(?:filters?|conditions?|wish(?:es)?|list|slate|search|i (?:just )?(?:said|asked)|we (?:said|talked)|above|",
    r"conversation|chat|thread)\b",
)
_NOT_KEEP = r"(?:don'?t|do not|no need to|you (?:needn'?t|don'?t (?:have|need) to)) (?:remember|keep|save|store|note)"
_FORGET_LAST = _pattern(
    rf"{_START}(?:{_DROP}|{_NOT_KEEP}) (?:about )?",
    r"(?:that|it|this|that one|the last (?:one|thing|bit)|what i (?:just|last) (?:said|told you))",
    r"(?: (?:please|again|bit|part|now|then|from (?:your )?memory|too|as well))*\W*$",
)
_FORGET = _pattern(
    rf"{_START}(?:{_DROP}|stop (?:assuming|thinking|remembering|believing|saying)|",
    r"(?:don'?t|do not) (?:assume|think|remember|believe)(?: any ?more)?|take back)",
    r"(?: (?:the (?:fact|thing|bit|idea|note)|from (?:your )?memory))?(?: (?:that|about|how))*",
    r"\s+(?P<what>(?:i\b|i'?m|i'?ve|we\b|my\b|our\b|mine\b|the kids).*)$|",
    rf"{_START}{_DROP} (?:what i (?:said|told you)(?: before)? (?:about|on)|",
    r"what you (?:know|remember|think) (?:about|of)|the (?:fact|note|bit|thing|part|idea)(?: (?:about|that|with))?|",
    r"about my|me (?:liking|hating|saying))\s+(?P<topic>.+)$|",
    r"\bi (?:never|didn'?t|don'?t think i)(?: ever)? (?:said|say|told you|tell you|claimed?)\b(?: that)?",
    r"\s+(?P<denied>.+)$",
)
_TAKE_FROM = _pattern(
    rf"{_START}{_DROP}\s+(?!everything|all\b|that\b|it\b|this\b)(?P<what>.+?) ",
    r"from (?:your memory|memory|my (?:profile|memory|data))\W*$",
)
_MY_TASTE = _pattern(
    r"^(?:my|our) (?:preferences?|taste|love|liking|likes?|dislikes?|hatred|hate|aversion|wish(?:es)?|rules?|notes?) ",
    r"(?:for|of|about|to|on)\s+",
)
_NO_FACT = (
    r"(?! (?:into|not into|sick|tired|bored|fond|a (?:big |huge )?fan|keen|over|allergic|seen|watched|never|always|"
    r"in the mood|after|looking))"
)
_ABOUT_PEOPLE = _pattern(
    r"^\W*(?:that )?(?:my|our)\b(?! (?:favou?rites?|all[- ]?time|least|best|preferred|top|ideal|taste))|",
    rf"^\W*(?:that )?(?:i|we)(?:'m| am|'ve| have|'re| are| live| work)\b{_NO_FACT}",
)
_ABOUT = r"(?:for|about|of|that|regarding|concerning|on|with)"


@dataclass(frozen=True, slots=True)
class Talk:
    """What a turn asks of memory, and the words that it asks it of."""

    kind: Kind
    what: str = ""
    """'remember', 'forget' and 'why': what is to be kept, forgotten or accounted for, in the person's words."""


def memory_talk(text: str) -> Talk | None:
    """Return what a turn asks of memory, None for a turn that is about something else."""
    if match := _REMEMBER.match(text):
        return Talk("remember", _plain(match["what"]))
    if _WHY.search(text) and not _SHOW.search(text):
        said = _WHAT_OF_ME.search(text)
        return Talk("why", _plain(said["what"]) if said else "")
    if _FORGET_LAST.match(text):
        return Talk("forget last")
    if match := _TAKE_FROM.match(text):
        return Talk("forget", _plain(match["what"]))
    if (match := _FORGET_ALL.search(text)) and not _OF_NOW.search(text):
        # 'Forget my preference for horror' names what is to go; the whole is not meant.
        return Talk("forget", _after(text, match)) if _names_part(text, match) else Talk("forget all")
    if match := _FORGET.search(text):
        return Talk("forget", _plain(next(part for part in match.groups() if part)))
    if _SHOW.search(text):
        return Talk("show")
    asked = asks_about(text)
    return Talk(asked, text) if asked else None


def _names_part(text: str, match: re.Match[str]) -> bool:
    return bool(re.match(rf"\s*{_ABOUT}\s+(?!me\b|us\b|mine\b|you\b|it\b)\w+", text[match.end() :]))


def _after(text: str, match: re.Match[str]) -> str:
    return _plain(re.sub(rf"^\s*{_ABOUT}\s+", "", text[match.end() :]))


def _plain(words: str) -> str:
    bare = re.sub(r"^that\s+", "", words.strip().strip(".!?\"'“”").strip(), flags=re.IGNORECASE)
    return _MY_TASTE.sub("", bare)


def as_asked(command: Command, talk: Talk) -> Command:
    """Return the command as the talk means it: what it names is looked up, taken out or kept for good."""
    wishes: tuple[Preference, ...] = command.preferences
    if talk.kind in ("show", "why"):
        return command.model_copy(update={"intent": "profile"})
    if talk.kind in ("forget all", "forget last"):
        return Command(intent="profile")
    if talk.kind == "forget":
        gone = tuple(wish.model_copy(update={"op": "remove", "lifetime": "lasting"}) for wish in wishes)
        return command.model_copy(update={"intent": "profile", "preferences": gone})
    if _ABOUT_PEOPLE.search(talk.what):
        return Command(intent="profile")
    kept = tuple(wish.model_copy(update={"lifetime": "lasting"}) for wish in wishes)
    return command.model_copy(update={"intent": "profile", "preferences": kept})


_FOR_NOW = _pattern(
    r"\b(?:tonight|today|this (?:time|once|evening|weekend|afternoon|one)|right now|at the moment|for the moment|",
    r"(?:just|only) (?:once|now|this|for (?:now|once|today|tonight))|for (?:now|once|a change|today))\b",
)
_FROM_NOW = _pattern(
    r"\b(?:now(?:adays)?|these days|any ?more|no longer|changed my mind|gr(?:ow|own|ew) (?:to|on|fond|tired)|",
    r"c[ao]me (?:round|around)|after all|from now on|in general|generally|actually|gone off|got(?:ten)? into|",
    r"don'?t mind|turns? out)\b",
)
_OF_ONESELF = _pattern(
    r"\b(?:i|we)(?:'m| am|'ve| have|'d| do| really| quite| actually| now| no longer| don'?t| do not| can'?t| even)*",
    r" (?:like|love|enjoy|adore|into|fine with|ok(?:ay)? with|mind|hate|dislike|detest|stand|tired of|gone off|over|",
    r"fond of|changed|grown|grew|come|came|got|gotten|fan of|a fan of|watch|prefer)\b",
)


def says_for_now(text: str) -> bool:
    """Whether a turn speaks of this occasion only ('tonight horror is fine')."""
    return bool(_FOR_NOW.search(text))


def says_from_now_on(text: str) -> bool:
    """Whether a turn says that its speaker has changed ('actually I like horror now')."""
    return bool(_FROM_NOW.search(text) and _OF_ONESELF.search(text) and not says_for_now(text))
