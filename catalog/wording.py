"""The words of a text, and how much two prompts have in common. Pure."""

import collections
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

NEAR = 0.8
# Of a prompt this many different words, the first ones, tell how near it is to others: more would say little else, and
# thousands of long prompts that are all alike would take minutes to compare.
MOST_COMPARED = 60


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:[’'][^\W_]+)*", text.casefold())


def visible(text: str) -> str:
    """Roughly what a reader sees of Markdown, for measuring it."""
    return text.replace("{{", "").replace("}}", "").replace("`", "").replace("*", "")


def squeezed(text: str) -> str:
    """What is visible without case, space and punctuation: two that are equal this way look the same to a learner."""
    return "".join(words(visible(text))).replace("’", "").replace("'", "")


def near_pairs(prompts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of pairs whose words overlap by more than NEAR (shared words by all words), the earlier first.

    Of each prompt the first MOST_COMPARED different words are looked at.

    Two sets that overlap so much must share one of their rarest few words, so only such pairs are compared.
    """
    sets = [_set(prompt) for prompt in prompts]
    frequency = collections.Counter(word for own in sets for word in own)
    holders: dict[str, list[int]] = collections.defaultdict(list)
    for number, own in enumerate(sets):
        rarest = sorted(own, key=lambda word: (frequency[word], word))[: len(own) - int(NEAR * len(own)) + 1]
        for other in sorted({other for word in rarest for other in holders[word]}):
            if _overlap(own, sets[other]) > NEAR:
                yield other, number
        for word in rarest:
            holders[word].append(number)


def nearest(prompt: str, others: Iterable[tuple[str, str]], beyond: float = NEAR) -> list[tuple[str, float]]:
    """Names and overlaps, closest first, of the prompts (name and text) whose words overlap with it by more."""
    own = _set(prompt)
    # Whatever overlaps so much lacks at most so many words of this prompt; so it holds one of any few more than those.
    telling = sorted(own, key=len)[-int((1 - beyond) * len(own)) - 1 :]
    likely = ((name, other) for name, other in others if _holds_any(other, telling))
    overlaps = ((name, _overlap(own, _set(other))) for name, other in likely)
    return sorted(((name, share) for name, share in overlaps if share > beyond), key=lambda pair: (-pair[1], pair[0]))


def _holds_any(text: str, some: Sequence[str]) -> bool:
    """Whether any of these words, or what contains one, stands in the text: a quick look before a close one."""
    folded = visible(text).casefold()
    return any(word in folded for word in some)


def _set(prompt: str) -> set[str]:
    return set(itertools.islice(dict.fromkeys(words(visible(prompt))), MOST_COMPARED))


def _overlap(one: set[str], other: set[str]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 0.0
