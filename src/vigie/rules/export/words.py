"""The few words that the forms need and that no protocol's texts hold."""

from __future__ import annotations

from vigie.rules.texts import Texts

_WORDS = {
    "fr": {
        "answers": "Un jeu complet de réponses",
        "table": "Fichier de réponses",
        "yes": "oui",
        "no": "non",
        "otherwise": "dans tous les autres cas",
        "urgency": "urgence {}",
        "first": "urgence 1, la plus haute",
        "off_scale": "hors échelle",
        "reading": "À lire de haut en bas : la première étape vraie décide. Une étape où l’on est entré "
        "est définitive : on choisit ensuite parmi celles qu’elle contient.",
        "tree": "Arbre de décision",
        "factors": "Facteurs comptés",
        "derived": "Valeurs calculées",
        "desc": "L’arbre de décision du protocole {}, étape par étape, avec l’issue de chacune.",
    },
    "en": {
        "answers": "One complete set of answers",
        "table": "File of answers",
        "yes": "yes",
        "no": "no",
        "otherwise": "in every other case",
        "urgency": "urgency {}",
        "first": "urgency 1, the highest",
        "off_scale": "off the scale",
        "reading": "Read from top to bottom: the first step that is true decides. A step once entered is "
        "final: the choice is then among those inside it.",
        "tree": "Decision tree",
        "factors": "Factors counted",
        "derived": "Calculated values",
        "desc": "The decision tree of the protocol {}, step by step, with the outcome of each.",
    },
}


def word(texts: Texts, key: str) -> str:
    """A word in the language of the texts, in English where we have none in it."""
    return _WORDS.get(texts.language, _WORDS["en"])[key]


def urgency(texts: Texts, rank: int | None) -> str:
    """An urgency in words, so that nothing rests on a colour alone."""
    if rank is None:
        return word(texts, "off_scale")
    return word(texts, "first") if rank == 1 else word(texts, "urgency").format(rank)
