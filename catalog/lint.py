"""What a program can see wrong with a question, in words. It cannot see truth, importance, or a second key.

An error fails `make lint`; a warning is listed until it is repaired or the question accepts it with a reason under
`allow`. Options are shuffled whenever a question is shown, so where the key stands in its file is not looked at, and
no text may speak of an option's place instead. Retired questions are left alone.
"""

import collections
import dataclasses
import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from catalog import items
from catalog.dump import dump_catalog
from catalog.files import read_catalog, shown
from catalog.items import Catalog, ChoiceItem, QuestionItem
from catalog.markdown import blanks
from catalog.wording import near_pairs, squeezed, visible, words

BANK_SIZE = 20
COPIED_WORDS = 8


class Severity(enum.Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a question, or with an empty slug a whole file, does not keep."""

    path: str
    line: int
    slug: str
    rule: str
    severity: Severity
    text: str

    def __str__(self) -> str:
        what = f"{self.slug}: " if self.slug else ""
        return f"{self.path}:{self.line}: {self.severity.value} {self.rule}: {what}{self.text}"


Check = Callable[[QuestionItem], Iterator[str]]
BankCheck = Callable[[Sequence[QuestionItem]], Iterator[str]]

SEVERITIES: dict[str, Severity] = {
    **dict.fromkeys(("layout", "prompt-equal"), Severity.ERROR),
    **dict.fromkeys(("shared-word", "prompt-near", "source-copied", "section-none", "allow-idle"), Severity.WARNING),
}
CHECKS: dict[str, Check] = {}
BANK_CHECKS: dict[str, BankCheck] = {}


def lint_folder(folder: Path, source_texts: Path | None = None) -> list[Finding]:
    """Every finding in the content under `folder`, files in order. Raises ContentError when they cannot be read.

    `source_texts` is a folder with what the questions were written from, a ``<reading>.md`` each: with it, copied
    sentences and parts that no question asks about are found as well.
    """
    catalog = read_catalog(folder)
    texts = {}
    for reading in catalog.readings:
        path = source_texts / f"{reading.slug}.md" if source_texts else None
        if path and path.is_file():
            texts[reading.slug] = path.read_text(encoding="utf-8")
    paths = {reading.slug: shown(folder / reading.topic / f"{reading.slug}.yaml") for reading in catalog.readings}
    findings = [*_layout(catalog, folder), *lint(catalog, texts, paths)]
    return sorted(findings, key=lambda finding: (finding.path, finding.line))


def lint(
    catalog: Catalog, source_texts: Mapping[str, str] | None = None, paths: Mapping[str, str] | None = None
) -> list[Finding]:
    """Every finding in the catalog's questions. `source_texts` and `paths` go by reading slug."""
    source_texts = source_texts or {}
    paths = paths or {}
    live = {
        reading.slug: [item for item in catalog.questions.get(reading.slug, ()) if item.status != "retired"]
        for reading in catalog.readings
    }
    everything = [item for questions in live.values() for item in questions]
    between = _between(everything)
    common = common_stems([item.prompt for item in everything])
    findings = []
    for reading in catalog.readings:
        questions = live[reading.slug]
        path = paths.get(reading.slug, reading.slug)
        sources = [reading.summary, source_texts.get(reading.slug, "")]
        known = _runs(sources)
        for item in questions:
            raw = [*lint_question(item, common), *between.get(item.slug, ()), *_copied(item, known)]
            findings += [_finding(path, item, rule, text) for rule, text in _accepted(item, raw)]
        if len(questions) >= BANK_SIZE:
            whole = [(rule, text) for rule, check in BANK_CHECKS.items() for text in check(questions)]
            whole += [("section-none", text) for text in _sections_without(questions, sources[1])]
            findings += [Finding(path, 1, "", rule, SEVERITIES[rule], text) for rule, text in whole]
    return findings


def lint_question(item: QuestionItem, common: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Rule and message of everything that this question shows by itself, accepted or not.

    `common` holds words that are too frequent in the catalog to point to a key.
    """
    found = [(rule, text) for rule, check in CHECKS.items() for text in check(item)]
    return found + [("shared-word", text) for text in _shared_words(item, common)]


def remarks_on(
    item: QuestionItem, common: Set[str] = frozenset(), between: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, Severity, str]]:
    """Rule, severity and message of all that this question does not accept, for a form. Retired ones have none.

    `between` holds what it shares with other questions, as `prompt_equal` and `prompt_near` put it.
    """
    if item.status == "retired":
        return []
    raw = [*lint_question(item, common), *between]
    return [(rule, SEVERITIES[rule], text) for rule, text in _accepted(item, raw)]


def _finding(path: str, item: QuestionItem, rule: str, text: str) -> Finding:
    return Finding(path, item.line, item.slug, rule, SEVERITIES[rule], text)


def _accepted(item: QuestionItem, raw: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is left when the warnings that the item accepts are taken away; an `allow` that does nothing is added."""
    allowed = {rule for rule, _ in item.allow if SEVERITIES.get(rule) is Severity.WARNING}
    yield from ((rule, text) for rule, text in raw if rule not in allowed)
    fired = {rule for rule, _ in raw}
    for rule, _ in item.allow:
        # Whether a text is copied is said with its sources at hand, what it resembles with the whole bank at hand.
        if rule not in allowed:
            yield "allow-idle", f"“allow” names {rule}, which is no warning."
        elif rule not in fired and rule not in {"source-copied", "prompt-near"}:
            yield "allow-idle", f"“allow” names {rule}, which does not apply any more."


def _layout(catalog: Catalog, folder: Path) -> Iterator[Finding]:
    for name, text in dump_catalog(catalog).items():
        path = folder / name
        written = path.read_bytes().decode("utf-8") if path.is_file() else ""
        if written != text:
            line = _first_difference(written, text)
            message = "the file is not laid out as it would be dumped; run lint_catalog --fix."
            yield Finding(shown(path), line, "", "layout", Severity.ERROR, message)


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one.split("\n"), other.split("\n"), strict=False)
    return next((number for number, (left, right) in enumerate(pairs, start=1) if left != right), 1)


# Parts of a question


def _key(item: QuestionItem) -> ChoiceItem | None:
    keys = [choice for choice in item.choices if choice.correct]
    return keys[0] if len(keys) == 1 else None


def _distractors(item: QuestionItem) -> list[ChoiceItem]:
    return [choice for choice in item.choices if not choice.correct]


def _answer(item: QuestionItem) -> str:
    """The words that answer the question, whatever its kind."""
    key = _key(item)
    return key.text if key else item.answer or " ".join(blanks(item.prompt))


# Rules about one question


def _rule(name: str, severity: Severity) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS[name] = check
        SEVERITIES[name] = severity
        return check

    return register


def _error(name: str) -> Callable[[Check], Check]:
    return _rule(name, Severity.ERROR)


def _warning(name: str) -> Callable[[Check], Check]:
    return _rule(name, Severity.WARNING)


@_error("explanation-missing")
def _explanation_missing(item: QuestionItem) -> Iterator[str]:
    if not item.explanation:
        yield "it has no explanation."


@_error("section-missing")
def _section_missing(item: QuestionItem) -> Iterator[str]:
    if not item.section:
        yield "it names no section of its reading."


@_error("reading-missing")
def _reading_missing(item: QuestionItem) -> Iterator[str]:
    if not item.reading:
        yield "it names no reading."


@_error("incomplete")
def _incomplete(item: QuestionItem) -> Iterator[str]:
    if item.kind != "choice":
        yield from items.faults(item)


@_error("key-count")
def _key_count(item: QuestionItem) -> Iterator[str]:
    keys = sum(choice.correct for choice in item.choices)
    if item.kind == "choice" and keys != 1:
        yield f"{keys} options are marked correct; exactly one must be."


@_error("option-count")
def _option_count(item: QuestionItem) -> Iterator[str]:
    if item.kind == "choice" and not 3 <= len(item.choices) <= 5:
        yield f"it has {len(item.choices)} options; three to five is the rule."


@_error("option-empty")
def _option_empty(item: QuestionItem) -> Iterator[str]:
    for choice in item.choices:
        if not choice.text:
            yield f"option {choice.number} is empty."


@_error("option-equal")
def _option_equal(item: QuestionItem) -> Iterator[str]:
    # Punctuation counts here: in code it can be all the difference.
    counted = collections.Counter(" ".join(choice.text.casefold().split()) for choice in item.choices)
    yield from (f"two options read “{text}”." for text, count in counted.items() if count > 1 and text)


_ALL_OR_NONE = re.compile(
    r"\b(?:all|none|both|neither|any) of (?:the )?(?:above|these|those|them|options?|answers?)\b"
    r"|^(?:all|none|both|neither)\W*$"
    r"|^(?:(?:both|options?|answers?|choices?) )*[A-E](?:,| and| &| or) [A-E]\W*$",
    re.IGNORECASE,
)


@_error("option-all-none")
def _option_all_none(item: QuestionItem) -> Iterator[str]:
    for choice in item.choices:
        if _ALL_OR_NONE.search(choice.text):
            yield f"the option “{choice.text}” speaks of other options."


_PLACE = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|previous|next|preceding) (?:option|choice)s?\b"
    r"|\b(?:option|choice)s? (?:[A-E]|[1-5]|above|below)\b"
)


@_error("option-place")
def _option_place(item: QuestionItem) -> Iterator[str]:
    if item.kind != "choice":
        return
    for text in (item.explanation, *(part for choice in item.choices for part in (choice.text, choice.why))):
        if found := _PLACE.search(text):
            yield f"“{found.group()}” speaks of an option's place, and options are shuffled."


@_warning("stem-negative")
def _stem_negative(item: QuestionItem) -> Iterator[str]:
    found = re.search(r"(?<!\bat )\b(not|except|least|incorrect)\b", item.prompt, re.IGNORECASE)
    if item.kind == "choice" and found:
        yield f"the stem holds “{found.group()}”; ask for what is so."


@_warning("stem-which")
def _stem_which(item: QuestionItem) -> Iterator[str]:
    verbs = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might"
    if re.search(rf"\bwhich of the following(?:\s+(?:{verbs})\b|\W*$)", item.prompt, re.IGNORECASE):
        yield "“which of the following” needs a noun: which of the following parts, reasons, …"


@_warning("stem-article")
def _stem_article(item: QuestionItem) -> Iterator[str]:
    if item.kind == "choice" and re.search(r"\ban?\W*$", item.prompt, re.IGNORECASE):
        yield "the stem ends in “a” or “an”, which betrays options that do not fit it."


@_warning("prompt-yes-no")
def _prompt_yes_no(item: QuestionItem) -> Iterator[str]:
    opening = words(item.prompt)[:1]
    if item.kind in {"recall", "typed"} and opening and opening[0] in _YES_NO:
        yield f"a prompt that opens with “{opening[0]}” is answered by yes or no; ask when, why or which."


_YES_NO = {"is", "are", "does", "do", "can", "should", "has", "will"}


@_warning("prompt-pointing")
def _prompt_pointing(item: QuestionItem) -> Iterator[str]:
    found = re.search(r"\b(?:above|this (?:article|reading|page|text)|the authors?)\b", item.prompt, re.IGNORECASE)
    if found:
        yield f"“{found.group()}” means nothing when the card comes by itself."


@_warning("prompt-long")
def _prompt_long(item: QuestionItem) -> Iterator[str]:
    yield from _too_long("the prompt", item.prompt, 200)


@_warning("option-long")
def _option_long(item: QuestionItem) -> Iterator[str]:
    for choice in item.choices:
        yield from _too_long(f"option {choice.number}", choice.text, 120)


@_warning("answer-long")
def _answer_long(item: QuestionItem) -> Iterator[str]:
    yield from _too_long("the answer", item.answer, 200)


@_warning("explanation-long")
def _explanation_long(item: QuestionItem) -> Iterator[str]:
    yield from _too_long("the explanation", item.explanation, 600)


@_warning("explanation-short")
def _explanation_short(item: QuestionItem) -> Iterator[str]:
    length = len(visible(item.explanation))
    if 0 < length < 60:
        yield f"the explanation has {length} characters; say why in 60 or more."


def _too_long(what: str, text: str, limit: int) -> Iterator[str]:
    length = len(visible(text))
    if length > limit:
        yield f"{what} has {length} characters; {limit} is the limit."


@_warning("explanation-thin")
def _explanation_thin(item: QuestionItem) -> Iterator[str]:
    new = set(words(item.explanation)) - set(words(_answer(item)))
    if item.explanation and len(new) < 5:
        yield "the explanation adds fewer than five words to the answer."


@_warning("blanks-many")
def _blanks_many(item: QuestionItem) -> Iterator[str]:
    if item.kind == "cloze" and (count := len(blanks(item.prompt))) > 1:
        yield f"it has {count} blanks; one is enough."


@_warning("answer-ands")
def _answer_ands(item: QuestionItem) -> Iterator[str]:
    if words(item.answer).count("and") >= 2:
        yield "the answer holds two “and”; that is more than one idea."


@_warning("option-lengths")
def _option_lengths(item: QuestionItem) -> Iterator[str]:
    lengths = [len(visible(choice.text)) for choice in item.choices]
    if lengths and max(lengths) > 2 * min(lengths):
        yield f"the longest option has {max(lengths)} characters, the shortest {min(lengths)}."


@_warning("key-too-long")
def _key_too_long(item: QuestionItem) -> Iterator[str]:
    key = _key(item)
    longest = max((len(visible(choice.text)) for choice in _distractors(item)), default=0)
    if key and longest and len(visible(key.text)) > 1.25 * longest:
        yield f"the key has {len(visible(key.text))} characters, the longest distractor {longest}."


@_warning("option-case")
def _option_case(item: QuestionItem) -> Iterator[str]:
    firsts = [choice.text[0] for choice in item.choices if choice.text[:1].isalpha()]
    if any(first.isupper() for first in firsts) and any(first.islower() for first in firsts):
        yield "some options begin with a capital, some do not."


@_warning("option-stop")
def _option_stop(item: QuestionItem) -> Iterator[str]:
    if len({choice.text.endswith(".") for choice in item.choices}) > 1:
        yield "some options end with a full stop, some do not."


@_warning("option-absolute")
def _option_absolute(item: QuestionItem) -> Iterator[str]:
    for word in ("always", "never", "only"):
        holding = [choice for choice in item.choices if word in words(choice.text)]
        if holding and len(holding) < len(item.choices):
            yield f"“{word}” stands in some options and not in others."


def shared_stems(item: QuestionItem) -> frozenset[str]:
    """The words that a choice question's stem and its key alone have in common, if it has one key."""
    key = _key(item)
    if key is None:
        return frozenset()
    elsewhere = {stem for choice in _distractors(item) for stem in _stems(choice.text)}
    return frozenset((_stems(item.prompt) & _stems(key.text)) - elsewhere)


def _shared_words(item: QuestionItem, common: Set[str]) -> Iterator[str]:
    shared = sorted(shared_stems(item) - common)
    yield from (f"“{stem}” stands in the stem and in the key alone." for stem in shared)


def common_stems(prompts: Sequence[str], among: Set[str] | None = None) -> set[str]:
    """The words of the subject itself: those in over a thirtieth of many prompts give no key away.

    With `among`, of these words alone, and the sooner.
    """
    if len(prompts) < 100 or among == frozenset():
        return set()
    looked_at: Iterable[str] = prompts
    if among is not None:
        looked_at = (prompt for prompt in prompts if any(stem in prompt.casefold() for stem in among))
    counted = collections.Counter(stem for prompt in looked_at for stem in _stems(prompt))
    return {stem for stem, count in counted.items() if count > len(prompts) / 30}


def _stems(text: str) -> set[str]:
    """The telling words, without the endings that make two forms of one word."""
    return {_stem(word) for word in words(text) if len(word) > 3} - _COMMON


def _stem(word: str) -> str:
    return re.sub(r"(?<=...)(?:es|s|ed|ing|e)$", "", word)


_COMMON = {
    _stem(word)
    for word in words(
        "about after again against all also among another any around because been before behind being below between "
        "both can cannot come could does done down during each either else even ever every first for from get give "
        "given goes going have having her here how into its itself just keep kept last less let like made make many "
        "may mean might more most much must near need never new next not now off often once one only other our out "
        "over own part people place put rather run said same see set several should since so some someone something "
        "still such take than that the their them then there they thing this those three through time too two under "
        "until use used user very want was way well were what when where which while who whole whose why will with "
        "within without work would your"
    )
}


# Rules between questions


def _between(questions: Sequence[QuestionItem]) -> dict[str, list[tuple[str, str]]]:
    """For each slug, what its prompt shares with an earlier one."""
    found: dict[str, list[tuple[str, str]]] = collections.defaultdict(list)
    first: dict[str, QuestionItem] = {}
    for item in questions:
        earlier = first.setdefault(squeezed(item.prompt), item)
        if earlier is not item:
            found[item.slug].append(prompt_equal(earlier.slug))
    for one, other in near_pairs([item.prompt for item in questions]):
        earlier, item = questions[one], questions[other]
        if squeezed(earlier.prompt) != squeezed(item.prompt):
            found[item.slug].append(prompt_near(earlier.slug))
    return found


def prompt_equal(other: str) -> tuple[str, str]:
    return "prompt-equal", f"its prompt is that of {other}."


def prompt_near(other: str) -> tuple[str, str]:
    return "prompt-near", f"its prompt is nearly that of {other}."


def _runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Every run of COPIED_WORDS words in the texts."""
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        found = words(text)
        runs.update(zip(*(found[start:] for start in range(COPIED_WORDS)), strict=False))
    return runs


def _copied(item: QuestionItem, known: set[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    parts = [item.prompt, item.answer, item.explanation]
    parts += [part for choice in item.choices for part in (choice.text, choice.why)]
    for part in parts:
        for run in sorted(_runs([part]) & known)[:1]:
            yield "source-copied", f"“{' '.join(run)}” stands in the source as well; use your own words."


# Rules about the bank of one reading


def _bank_warning(name: str) -> Callable[[BankCheck], BankCheck]:
    def register(check: BankCheck) -> BankCheck:
        BANK_CHECKS[name] = check
        SEVERITIES[name] = Severity.WARNING
        return check

    return register


@_bank_warning("key-longest")
def _key_longest(questions: Sequence[QuestionItem]) -> Iterator[str]:
    asked = [(item, key) for item in questions if (key := _key(item))]
    longest = sum(
        all(len(visible(key.text)) > len(visible(choice.text)) for choice in _distractors(item)) for item, key in asked
    )
    # By chance the key is the longest of three in a third of the questions, of four in a quarter.
    options = sum(len(item.choices) for item, _ in asked) / len(asked) if asked else 4
    limit = 0.5 if options < 3.5 else 0.4
    if asked and longest > limit * len(asked):
        yield f"the key is the longest option in {longest} of {len(asked)} questions."


@_bank_warning("distractor-repeated")
def _distractor_repeated(questions: Sequence[QuestionItem]) -> Iterator[str]:
    asked = [item for item in questions if item.kind == "choice"]
    counted = collections.Counter(
        text for item in asked for text in {choice.text.casefold() for choice in _distractors(item)}
    )
    for text, count in counted.items():
        if count > 2 and count > len(asked) / 4:
            yield f"the distractor “{text}” stands in {count} of {len(asked)} questions."


@_bank_warning("section-heavy")
def _section_heavy(questions: Sequence[QuestionItem]) -> Iterator[str]:
    section, count = collections.Counter(item.section for item in questions).most_common(1)[0]
    if count > len(questions) / 2:
        yield f"{count} of {len(questions)} questions are on “{section}”."


@_bank_warning("why-few")
def _why_few(questions: Sequence[QuestionItem]) -> Iterator[str]:
    asking = sum(_asks_why(item.prompt) for item in questions)
    if asking < len(questions) / 3:
        yield f"only {asking} of {len(questions)} questions ask why, how or when, or give a situation."


_SITUATION = re.compile(r"^(?:if|suppose|imagine|you|your|after|while)\b|\byou(?:r)?\b|[.;] +\w", re.IGNORECASE)


def _asks_why(prompt: str) -> bool:
    return bool({"why", "how", "when"} & set(words(prompt))) or bool(_SITUATION.search(prompt))


@_bank_warning("cloze-many")
def _cloze_many(questions: Sequence[QuestionItem]) -> Iterator[str]:
    count = sum(item.kind == "cloze" for item in questions)
    if count > len(questions) / 3:
        yield f"{count} of {len(questions)} questions are cloze."


def _sections_without(questions: Sequence[QuestionItem], source: str) -> Iterator[str]:
    """Parts of the source, by its third-level headings, that no question asks about."""
    asked = [_stems(item.section) for item in questions]
    for heading in re.findall(r"^### +(.+?)(?: *\(.*\))? *$", source, re.MULTILINE):
        part = _stems(heading)
        if part and not any(_names_the_same(part, section) for section in asked):
            yield f"no question asks about “{heading}”."


def _names_the_same(heading: set[str], section: set[str]) -> bool:
    shared = len(heading & section)
    return shared > 0 and 2 * shared >= min(len(heading), len(section))
