"""The database's rows as the plain values of `catalog.items`, to be compared with files and written out; and back."""

from collections.abc import Iterable

from catalog.items import Catalog, ChoiceItem, QuestionItem, ReadingItem, TopicItem, clean_text
from catalog.models import Choice, Question, Resource, Topic


def topic_item(topic: Topic) -> TopicItem:
    return TopicItem(topic.slug, topic.position, clean_text(topic.title))


def reading_item(reading: Resource) -> ReadingItem:
    """Reads `reading.topic`: select it with the reading."""
    return ReadingItem(
        slug=reading.slug,
        topic=reading.topic.slug,
        position=reading.position,
        title=clean_text(reading.title),
        url=reading.url,
        kind=reading.kind,
        publisher=clean_text(reading.publisher),
        minutes=reading.minutes,
        summary=clean_text(reading.summary),
        sources=tuple(clean_text(source) for source in reading.sources),
    )


def question_item(question: Question, choices: Iterable[Choice]) -> QuestionItem:
    """What a file would say of this question: only the fields of its kind. Reads `question.resource`."""
    kind = question.kind
    return QuestionItem(
        slug=question.slug,
        reading=question.resource.slug,
        kind=kind,
        concept=question.concept,
        section=clean_text(question.section),
        status=question.status,
        change=question.last_change,
        prompt=clean_text(question.prompt),
        choices=tuple(choice_item(choice) for choice in choices) if kind == Question.Kind.CHOICE else (),
        answer=clean_text(question.answer) if kind in {Question.Kind.RECALL, Question.Kind.TYPED} else "",
        accept=tuple(clean_text(word) for word in question.accept) if kind == Question.Kind.TYPED else (),
        explanation=clean_text(question.explanation),
        allow=tuple(sorted((rule, clean_text(reason)) for rule, reason in question.allow.items())),
        note=clean_text(question.note),
    )


def choice_item(choice: Choice) -> ChoiceItem:
    return ChoiceItem(choice.number, clean_text(choice.text), clean_text(choice.why), choice.correct)


def question_items(questions: Iterable[Question]) -> list[QuestionItem]:
    """Reads each question's `choices.all()`: prefetch them."""
    return [question_item(question, question.choices.all()) for question in questions]


def stored_catalog() -> Catalog:
    """The whole catalog of the database, in four queries."""
    readings = Resource.objects.select_related("topic")
    questions: dict[str, list[QuestionItem]] = {}
    for item in question_items(Question.objects.select_related("resource").prefetch_related("choices")):
        questions.setdefault(item.reading, []).append(item)
    topics = sorted(Topic.objects.all(), key=lambda topic: (topic.position, topic.pk))
    return Catalog(
        topics=tuple(topic_item(topic) for topic in topics),
        readings=tuple(reading_item(reading) for reading in readings),
        questions={reading: tuple(found) for reading, found in questions.items()},
    )


def fill(question: Question, item: QuestionItem, reading: Resource) -> None:
    """Gives the row what the item says, but for its choices and its last change."""
    question.resource = reading
    for field in ("kind", "concept", "section", "status", "prompt", "answer", "explanation", "note"):
        setattr(question, field, getattr(item, field))
    question.accept = list(item.accept)
    question.allow = dict(item.allow)


def choices_of(question: Question, item: QuestionItem) -> list[Choice]:
    """The item's choices as rows that are not stored yet."""
    return [
        Choice(
            question=question,
            number=choice.number,
            position=place,
            text=choice.text,
            correct=choice.correct,
            why=choice.why,
        )
        for place, choice in enumerate(item.choices)
    ]
