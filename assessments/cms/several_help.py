"""Examples of each kind of question as text, in both languages; `tests/assessments/test_several.py` reads them all."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Example:
    """`kind`: the kind of item that it becomes; `note`: what to know about its signs."""

    kind: str
    name: str | Promise
    note: str | Promise
    texts: dict[str, str]


EXAMPLES = (
    Example(
        "single_choice",
        _("Single choice"),
        _("= before the right answer, ~ before the others; # begins the feedback of an answer."),
        {
            "de": "::Erster Kontakt::Wer ruft nach einer Messe zuerst an?\n{\n"
            "=Der Vertrieb#Wer antwortet, solange die Frage frisch ist, gewinnt.\n"
            "~Das Marketing#Marketing reicht weiter, der Vertrieb ruft an.\n"
            "~Niemand#Dann tut es der Wettbewerb.\n}",
            "en": "::First contact::Who calls first after a trade fair?\n{\n"
            "=Sales#Whoever answers while the question is fresh wins.\n"
            "~Marketing#Marketing passes on, sales calls.\n"
            "~Nobody#Then a competitor does.\n}",
        },
    ),
    Example(
        "multiple_choice",
        _("Multiple choice"),
        _("All answers with ~; a share in percent is right, none or less than zero is wrong."),
        {
            "de": "Was gehört zu einer Einsicht?\n{\n~%50%Etwas Neues\n~%50%Geld, das der Kunde verliert\n"
            "~%-100%Unsere Umsatzzahlen\n}",
            "en": "What belongs to an insight?\n{\n~%50%Something new\n~%50%Money that the customer loses\n"
            "~%-100%Our revenue\n}",
        },
    ),
    Example(
        "true_false",
        _("True or false"),
        _("T or F; the first # says why the wrong answer is wrong, the second why the right one is right."),
        {
            "de": "Im Einkauf entscheidet eine Person allein.\n{F#Im Schnitt reden sechs mit.#Ja, es reden sechs mit.}",
            "en": "In procurement one person decides alone.\n{F#Six have a say on average.#Yes, six have a say.}",
        },
    ),
    Example(
        "short_text",
        _("Short text"),
        _("Only answers with =; each is a spelling that counts, * stands for any letters."),
        {
            "de": "Wie heißt das Zusammenspiel von zwei Leuten mit einem Ball?\n{=Doppelpass =Doppel-Pass}",
            "en": "What is the play of two people with one ball called?\n{=one-two =one two}",
        },
    ),
    Example(
        "numeric",
        _("Number"),
        _("# and the number; after a colon what it may be off by. Write 1000, not 1.000; 2,5 and 2.5 are the same."),
        {
            "de": "Wie viel Prozent von 80 Anfragen sind 20?\n{#25:0,5}",
            "en": "What percentage of 80 inquiries are 20?\n{#25:0.5}",
        },
    ),
    Example(
        "matching",
        _("Matching"),
        _("Pairs with = and an arrow; without an entry before the arrow, a choice that belongs to nothing."),
        {
            "de": "Wer macht was?\n{\n=Kampagne -> Marketing\n=Angebot -> Vertrieb\n=Rechnung -> Buchhaltung\n}",
            "en": "Who does what?\n{\n=Campaign -> Marketing\n=Offer -> Sales\n=Invoice -> Accounting\n}",
        },
    ),
    Example(
        "ordering",
        _("Ordering"),
        _("> in the first line, then one entry on each line in the right order."),
        {
            "de": "In welcher Reihenfolge?\n{>\nZuhören\nFragen\nAnbieten\n}",
            "en": "In which order?\n{>\nListen\nAsk\nOffer\n}",
        },
    ),
    Example(
        "extended_text",
        _("Text, marked by hand"),
        _("Braces with nothing between them. The rubric is added in the editor."),
        {
            "de": "Schreiben Sie einer Kundin drei Sätze, nach denen sie Sie sprechen will.\n{}",
            "en": "Write a customer three sentences that make her want to talk to you.\n{}",
        },
    ),
)
