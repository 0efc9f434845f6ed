"""Turns in other languages: told by their small words, and read word by word through a lexicon into English.

Names stay as they are. Grammar is not read: what a word wishes or refuses is left to whoever reads the mentions.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tools.domain import Domain
from tools.english import english_words
from tools.mentions import Mention
from tools.words import FUNCTION_WORDS, fold

_APOSTROPHE = re.compile(r"['’`´]")
"""'d’horreur' is two words."""
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)?")
_MANY = 2
"""Small words of a language, other than articles, or one with several others, that show it."""
_LONGEST = 3
"""Words of the longest phrase in a lexicon."""

_ARTICLE_WORDS = "el la los las un una unos unas le les une des der die das ein eine il lo gli i o a os as um uma l d"
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_SIGNS: Mapping[str, str] = {
    "es": "el la los las un una de del que y pero con sin por para es esta este algo quiero busco quisiera tienes hay "
    "gusta gustan muy mas menos nada pelicula peliculas peli pelis hola gracias tambien donde cuando mi yo",
    "fr": "le la les un une des du de et ou mais avec sans pour dans est ce cette quelque quelques je nous vous "
    "cherche veux voudrais pas moins tres bonjour bonsoir merci aussi qui que avez aime j l d",
    "de": "der das ein eine einen einem und oder aber mit ohne fur im ist ich wir ihr sie mich mir etwas nicht kein "
    "keine keinen nichts nix bitte filme suche mochte gerne gern auch wie von aus guten hallo danke haben hab ab nur",
    "it": "il lo la gli le un una uno di del della dei e ma con senza per che qualcosa vorrei cerco voglio niente non "
    "molto piu meno ciao grazie anche mi piace piacciono da avete",
    "pt": "o os as um uma uns umas de da dos das e ou mas com sem por para pra em que algo quero queria filme filmes "
    "nao muito mais menos nada oi ola obrigado obrigada tambem meu minha tem gosto",
}
"""Small words of each language, without accents. Those that English shares are left out when they are counted."""
_FIGURES: Mapping[str, str] = {
    "es": "menos de=under|mas de=over|hasta=up to|al menos=at least|como maximo=at most|antes de=before|"
    "despues de=after|desde=since|horas=hours|hora=hour|minutos=minutes|minuto=minute|"
    "hora y media=hour and a half|una hora=one hour|dos=two|tres=three|cuatro=four|cinco=five|"
    "media hora=half an hour|los 50=the 50s|los 60=the 60s|los 70=the 70s|los 80=the 80s|los 90=the 90s|"
    "anos 50=the 50s|anos 60=the 60s|anos 70=the 70s|anos 80=the 80s|anos 90=the 90s|"
    "los cuarenta=the 40s|los cincuenta=the 50s|los sesenta=the 60s|los setenta=the 70s|"
    "los ochenta=the 80s|los noventa=the 90s|anos ochenta=the 80s|anos noventa=the 90s",
    "fr": "moins de=under|plus de=over|au moins=at least|au maximum=at most|avant=before|apres=after|"
    "depuis=since|heures=hours|heure=hour|minutes=minutes|deux=two|trois=three|quatre=four|cinq=five|"
    "une heure=one hour|heure et demie=hour and a half|annees 50=the 50s|annees 60=the 60s|"
    "annees 70=the 70s|annees 80=the 80s|annees 90=the 90s|annees soixante=the 60s|"
    "annees quatre vingt=the 80s|quatre vingt dix=90",
    "de": "unter=under|weniger als=less than|uber=over|mehr als=more than|hochstens=at most|"
    "mindestens=at least|vor=before|nach=after|seit=since|stunden=hours|stunde=hour|minuten=minutes|"
    "zwei=two|drei=three|vier=four|funf=five|eine stunde=one hour|anderthalb stunden=90 minutes|"
    "50er=the 50s|60er=the 60s|70er=the 70s|80er=the 80s|80ern=the 80s|90ern=the 90s|70ern=the 70s|"
    "90er=the 90s|sechziger=the 60s|siebziger=the 70s|achtziger=the 80s|neunziger=the 90s|ab=at least",
    "it": "meno di=under|piu di=over|almeno=at least|al massimo=at most|prima del=before|dopo il=after|"
    "dal=since|ore=hours|ora=hour|minuti=minutes|due=two|tre=three|quattro=four|cinque=five|"
    "un ora=one hour|ora e mezza=hour and a half|anni 50=the 50s|anni 60=the 60s|anni 70=the 70s|"
    "anni 80=the 80s|anni 90=the 90s|anni sessanta=the 60s|anni settanta=the 70s|anni ottanta=the 80s|"
    "anni novanta=the 90s",
    "pt": "menos de=under|mais de=over|ate=up to|pelo menos=at least|no maximo=at most|antes de=before|"
    "depois de=after|desde=since|horas=hours|hora=hour|minutos=minutes|duas=two|dois=two|tres=three|"
    "quatro=four|cinco=five|uma hora=one hour|hora e meia=hour and a half|anos 50=the 50s|"
    "anos 60=the 60s|anos 70=the 70s|anos 80=the 80s|anos 90=the 90s|anos sessenta=the 60s|"
    "anos setenta=the 70s|anos oitenta=the 80s|anos noventa=the 90s",
}
"""Words around figures of each language, and what they are in English."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A text with the words that a lexicon knows in English, and where each word came from."""

    text: str
    places: tuple[tuple[int, int, int, int, bool], ...]
    """(start, end, start in the original, end in the original, whether it was changed) of every word."""

    def back(self, mention: Mention, original: str) -> Mention | None:
        """Return a mention of this text as one of the original; None where it rests on no changed word."""
        touched = [place for place in self.places if place[0] < mention.end and mention.start < place[1]]
        if not any(place[4] for place in touched):
            return None
        start, end = touched[0][2], touched[-1][3]
        return replace(mention, start=start, end=end, text=original[start:end])


@dataclass(frozen=True)
class Tongue:
    """A language with the English of its words."""

    code: str
    name: str
    signs: frozenset[str]
    words: Mapping[str, str]

    @cached_property
    def telling(self) -> frozenset[str]:
        """Words of the lexicon that English does not have too."""
        return frozenset(word for word in self.words if word not in english_words())

    def translated(self, text: str) -> Translated:
        """Return a text with every phrase of the lexicon in English, the longest first."""
        tokens = [(match.start(), match.end(), fold(match.group())) for match in _TOKEN.finditer(text)]
        pieces: list[str] = []
        places: list[tuple[int, int, int, int, bool]] = []
        at, length, done = 0, 0, 0
        while at < len(tokens):
            size = next((n for n in range(_LONGEST, 0, -1) if _phrase(tokens, at, n) in self.words), 0)
            last = at + max(size, 1) - 1
            start, end = tokens[at][0], tokens[last][1]
            said = self.words[_phrase(tokens, at, size)] if size else text[start:end]
            gap = _APOSTROPHE.sub(" ", text[done:start])
            pieces += (gap, said)
            places.append((length + len(gap), length + len(gap) + len(said), start, end, bool(size)))
            length += len(gap) + len(said)
            at, done = last + 1, end
        return Translated("".join([*pieces, text[done:]]), tuple(places))


class Tongues:
    """The languages that a domain has words for."""

    def __init__(self, domain: Domain) -> None:
        self._tongues = tuple(
            Tongue(
                code,
                language.name,
                frozenset(_SIGNS.get(code, "").split()),
                _lexicon(_FIGURES.get(code, "")) | {fold(word): said for word, said in language.words.items()},
            )
            for code, language in domain.languages.items()
        )

    def of(self, words: Iterable[str]) -> Tongue | None:
        """Return the language of these words (without accents, lower case), None for English or too few to tell."""
        said = [word for word in words if not word.isdigit()]
        counted = [(self._weight(said, tongue), tongue) for tongue in self._tongues]
        weight, tongue = max(counted, key=lambda pair: pair[0], default=(0, None))
        return tongue if weight >= _MANY and weight >= _english(said, tongue) else None

    def _weight(self, words: Collection[str], tongue: Tongue) -> int:
        """How many of the words are of the language: small words, or in its lexicon; articles alone show nothing."""
        own = [word for word in words if word in tongue.signs or word in tongue.telling]
        telling = [word for word in own if word not in _ARTICLES and word not in FUNCTION_WORDS]
        return len([word for word in own if word not in FUNCTION_WORDS]) if telling else 0


def _english(words: Iterable[str], tongue: Tongue | None) -> int:
    signs = tongue.signs if tongue else frozenset[str]()
    return sum(word in FUNCTION_WORDS and word not in signs for word in words)


def _phrase(tokens: list[tuple[int, int, str]], at: int, size: int) -> str:
    return " ".join(token[2] for token in tokens[at : at + size]) if at + size <= len(tokens) else ""


def _lexicon(listed: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in listed.split("|") if pair)
