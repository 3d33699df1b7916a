import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.models import Conflict
from catalog.revisions import publish
from insights.models import Case, RenewalRequest
from insights.templatetags.curating_words import lateness
from tests.factories import AT, make_question, make_reading, make_report, make_user
from tests.insights.curating import FINDINGS, make_case, make_statistic

pytestmark = pytest.mark.django_db

LIST = reverse("admin:insights_itemstatistic_changelist")
CASES = reverse("admin:insights_case_changelist")


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


def member_with(client, *permissions):
    """A member of staff who has these permissions and no others."""
    person = make_user(is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client.force_login(person)
    return client


def page_of(question):
    return reverse("admin:insights_question", args=[question.pk])


def prompts(response):
    return [row.question.prompt for row in response.context["cl"].result_list]


def test_the_list_begins_with_the_worst_and_leaves_out_what_is_sound(staff):
    make_statistic(make_question(prompt="Sound?"))
    make_statistic(make_question(prompt="Bad?"), ["forgotten", 0.05, -0.14, 0])
    make_statistic(make_question(prompt="Worst?"), ["forgotten", 0.3, -0.4, 0])

    response = staff.get(LIST)

    assert prompts(response) == ["Worst?", "Bad?"]
    assert (
        "Forgotten 14 percentage points more often than its delays and its learners explain."
        in response.content.decode()
    )
    assert prompts(staff.get(LIST, {"show": "all"})) == ["Worst?", "Bad?", "Sound?"]


def test_the_list_says_how_much_was_recalled_and_how_much_expected(staff):
    make_statistic(None, ["forgotten", 0.05, -0.14, 0])
    assert "60% recalled, 80% expected" in staff.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [(LIST, "“All questions” has the figures of the others."), (CASES, "“All cases” has those that are closed.")],
)
def test_an_empty_list_says_how_something_comes_into_it(staff, address, words):
    assert words in staff.get(address).content.decode()
    make_case(question=make_statistic(None, ["easy", 0.1, 0.95, 0]).question)
    assert words not in staff.get(address).content.decode()


@pytest.mark.parametrize(
    ("trigger", "status", "words"),
    [
        ("reports", "helped", "fewer than one in thirty reported it."),
        ("reports", "unhelped", "The new wording was reported as well."),
        ("residual", "unhelped", "A gain of five percentage points is ruled out"),
    ],
)
def test_a_closed_case_says_what_closed_it(staff, trigger, status, words):
    evidence = {"evidence": {"reports": 3, "learners": 30}} if trigger == "reports" else {}
    case = make_case(trigger=trigger, status=status, closed_at=AT, **evidence)
    assert words in staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (["rival", 0.1, 0.41, 3], "“The web server” draws 41% of the good learners: a second right answer?"),
        (["rival", 0.4, 0.8, 1], "“The executor” draws 80% of the good learners, more than the key: is the key wrong?"),
        (["rival", 0.1, 0.41, 9], "“option 9” draws"),
        (["against", 0.1, -0.4, 0], "Good learners fail it more often than weak ones do"),
        (["easy", 0.1, 0.95, 0], "95% of the weak learners know it at the first try"),
        (["leeches", 0.1, 0.2, 1], "1\xa0learner has forgotten it eight times."),
        (["reports", 0.1, 0.2, 4], "4\xa0learners reported it."),
        (["dead", 0.02, 0.0, 1], "Nobody picks “The executor”."),
        (["dead", 0.02, 0.01, 1], "Next to nobody picks “The executor” (1%)."),
    ],
)
def test_each_reason_is_a_sentence(staff, complaint, words):
    statistic = make_statistic(make_question("choice"), complaint)
    assert words in staff.get(LIST).content.decode()
    assert words in staff.get(page_of(statistic.question)).content.decode()


def test_what_is_asked_late_is_not_listed_as_bad_but_can_be_looked_for(staff):
    make_statistic(None, ["late", 0.0, 0.71, 0])

    assert prompts(staff.get(LIST)) == []
    page = staff.get(LIST, {"show": "all", "fault": "late"}).content.decode()
    assert "Recalled in 71% of its reviews, as its delays and learners explain: asked late, not bad." in page


def test_the_list_is_narrowed_by_topic_reading_kind_quality_and_words(staff):
    reading = make_reading()
    make_statistic(make_question("choice", resource=reading, prompt="This?"), ["easy", 0.1, 0.95, 0])
    make_statistic(make_question(prompt="That?"), ["forgotten", 0.1, -0.2, 0])

    for query in (
        {"question__resource__topic__id__exact": reading.topic_id},
        {"question__resource__id__exact": reading.pk},
        {"question__kind__exact": "choice"},
        {"fault": "easy"},
        {"q": "this"},
    ):
        assert prompts(staff.get(LIST, query)) == ["This?"], query


def test_the_page_of_a_question_says_its_figures_in_words_and_tables(staff):
    options = [{"number": 1, "share": 0.4, "good": 0.5}, {"number": 2, "share": 0.6, "good": 0.5}]
    statistic = make_statistic(make_question("choice"), options=options, answers=1100)

    page = staff.get(page_of(statistic.question)).content.decode()

    assert "55% of the first answers, by 40\xa0learners, were right." in page
    assert "Recalled in 60% of 60\xa0reviews; the middle question of its kind would have been in 80%" in page
    assert "The difference is −20 percentage points, likely −30 to −10." in page
    assert "after up to 1.25 intervals" in page
    assert "Nothing that the answers are sure of." in page
    assert "34.3" in page
    asked = page.split("as it stands</span>")[1]
    assert '<td class="n">1,100</td>' in asked
    assert '<td class="n">40</td>' in asked


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (0, 0, "in time"),
        (0, 2, "after up to 2 intervals"),
        (1, 1, "after 1 to 1.25 intervals"),
        (2, 3, "after 1.25 to 4 intervals"),
        (4, 4, "after more than 4 intervals"),
        (0, 4, "whenever"),
    ],
)
def test_how_late_a_review_was_is_said_in_intervals(first, last, words):
    assert lateness({"lateness": first, "up_to": last}) == words


def test_an_option_that_nobody_chose_is_shown_with_nothing(staff):
    options = [{"number": 2, "share": 0.9, "good": 1.0}, {"number": 0, "share": 0.1, "good": 0.0}]
    statistic = make_statistic(make_question("choice"), options=options)

    shown = staff.get(page_of(statistic.question)).context["options"]

    assert [(str(option["text"]), option["share"], option["good"]) for option in shown] == [
        ("The executor", 0.0, 0.0),
        ("The scheduler", 0.9, 1.0),
        ("The web server", 0.0, 0.0),
        ("Don’t know", 0.1, 0.0),
    ]


def test_a_question_with_few_answers_says_that_it_is_too_early(staff):
    unknown = dict.fromkeys(["facility", "discrimination", "efficiency", "residual", "recalled", "expected"])
    statistic = make_statistic(learners=4, first_answers=4, reviewers=3, gaps=[], **unknown)

    page = staff.get(page_of(statistic.question)).content.decode()

    assert page.count("Too early: 4\xa0learners; figures need 10.") == 2
    assert "Too early: 3\xa0learners; figures need 10." in page


def test_a_question_that_nobody_answered_has_a_page_too(staff):
    assert "Nobody has answered it as it stands." in staff.get(page_of(make_question())).content.decode()


def test_the_page_of_a_figure_is_that_of_its_question(staff):
    statistic = make_statistic()
    response = staff.get(reverse("admin:insights_itemstatistic_change", args=[statistic.pk]))
    assert response.url == page_of(statistic.question)


@pytest.mark.parametrize("nobody", ["0", "999999", "abc"])
def test_what_is_not_there_is_not_found(staff, nobody):
    for name in ("itemstatistic", "case"):
        assert staff.get(reverse(f"admin:insights_{name}_change", args=[nobody])).status_code == 404
    assert staff.get(f"{LIST}question/{nobody}/", follow=True).status_code == 404


@pytest.mark.parametrize(
    "query", [{"_facets": "True"}, {"show": "nonsense"}, {"fault": "nonsense"}, {"fault": "\x00"}, {"o": "-3"}]
)
def test_lists_open_whatever_they_are_asked(staff, query):
    make_case(question=make_statistic(None, ["easy", 0.1, 0.95, 0]).question)
    assert staff.get(LIST, query).status_code == 200
    assert staff.get(CASES, {**query, "fault": ""}, follow=True).status_code == 200


def test_pages_need_the_same_queries_however_much_there_is(staff, django_assert_num_queries):
    def fill():
        for _ in range(5):
            statistic = make_statistic(make_question("choice"), ["rival", 0.1, 0.4, 1])
            case = make_case(question=statistic.question)
        return case

    case = fill()
    case_page = reverse("admin:insights_case_change", args=[case.pk])
    for _ in range(2):
        for address, count in {LIST: 11, CASES: 9, page_of(case.question): 10, case_page: 6}.items():
            with django_assert_num_queries(count, info=address):
                assert staff.get(address).status_code == 200
        fill()


def test_running_cases_are_listed_and_closed_ones_can_be_looked_for(staff):
    make_case(question=make_question(prompt="Running?"))
    make_case(question=make_question(prompt="Helped?"), status="helped", closed_at=AT)

    assert prompts(staff.get(CASES)) == ["Running?"]
    assert prompts(staff.get(CASES, {"show": "helped"})) == ["Helped?"]
    assert set(prompts(staff.get(CASES, {"show": "all"}))) == {"Running?", "Helped?"}


@pytest.mark.parametrize(
    ("trigger", "evidence", "words"),
    [
        ("leeches", {"leeches": 4, "learners": 30}, "4 of 30\xa0learners have forgotten it eight times or more."),
        ("reports", {"reports": 3, "learners": 30}, "3\xa0learners reported this wording, of 30\xa0learners"),
    ],
)
def test_the_evidence_of_a_case_is_a_sentence(staff, trigger, evidence, words):
    case = make_case(trigger=trigger, evidence=evidence)
    assert words in staff.get(CASES).content.decode()
    assert words in staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()


def test_a_mended_case_shows_recall_before_and_after_with_its_interval(staff):
    case = make_case(status="helped", closed_at=AT, findings=FINDINGS)
    Case.objects.update(mended_by=case.wording)

    page = staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()

    assert "At matched delays 60% was recalled before and 85% after: +25 percentage points, likely +10 to +40." in page
    assert "The gain is sure: the whole likely range lies above zero." in page
    assert "Dismiss" not in page

    for few in ({"learners_before": 9}, {"learners_after": 9}, {"learners_after": 0}):
        Case.objects.update(findings={**FINDINGS, **few})
        page = staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()
        assert "Its recall cannot be compared yet" in page
        assert "60%" not in page.split('id="findings"')[1]
        assert "85%" not in page


def test_dismissing_takes_a_reason_and_closes_the_case(staff, curator):
    case = make_case()
    address = reverse("admin:insights_case_dismiss", args=[case.pk])

    response = staff.post(address, {"reason": " "})
    assert response.status_code == 400
    assert "This field is required." in response.content.decode()
    case.refresh_from_db()
    assert case.is_running

    response = staff.post(address, {"reason": "It is meant to be hard."}, follow=True)
    assert "The case is dismissed." in response.content.decode()
    case.refresh_from_db()
    assert (case.status, case.reason, case.closed_by) == ("dismissed", "It is meant to be hard.", curator)
    page = staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()
    assert f"By {curator.email}" in page
    assert "Not mended" not in page

    response = staff.post(address, {"reason": "Again."}, follow=True)
    assert "The case was closed meanwhile; nothing was changed." in response.content.decode()


def test_a_case_is_dismissed_by_post_alone(staff):
    assert staff.get(reverse("admin:insights_case_dismiss", args=[make_case().pk])).status_code == 405


def test_the_statistics_can_be_asked_for_and_asking_twice_asks_once(staff):
    assert "Nothing has been computed yet" in staff.get(LIST).content.decode()
    for _ in range(2):
        response = staff.post(reverse("admin:insights_renew"), follow=True)
        assert "beginning within a minute" in response.content.decode()
    assert RenewalRequest.objects.count() == 1


def test_who_may_only_look_asks_for_nothing(client):
    onlooker = member_with(client, "view_itemstatistic")
    assert "Compute now" not in onlooker.get(LIST).content.decode()
    assert onlooker.post(reverse("admin:insights_renew")).status_code == 403
    assert not RenewalRequest.objects.exists()


def test_who_may_only_look_sees_all_and_dismisses_nothing(client):
    case = make_case(question=make_statistic().question)
    onlooker = member_with(client, "view_itemstatistic", "view_case")

    for address in (LIST, CASES, page_of(case.question)):
        assert onlooker.get(address).status_code == 200
    page = onlooker.get(reverse("admin:insights_case_change", args=[case.pk]))
    assert "Dismiss" not in page.content.decode()
    response = onlooker.post(reverse("admin:insights_case_dismiss", args=[case.pk]), {"reason": "No."})
    assert response.status_code == 403
    assert Case.objects.running().exists()


def test_who_may_not_look_sees_nothing(client):
    case = make_case(question=make_statistic().question)
    stranger = member_with(client, "view_question")

    for address in (LIST, CASES, page_of(case.question), reverse("admin:insights_case_change", args=[case.pk])):
        assert stranger.get(address).status_code == 403, address


def test_a_curator_with_both_permissions_dismisses(client):
    case = make_case()
    person = member_with(client, "view_case", "change_case")
    person.post(reverse("admin:insights_case_dismiss", args=[case.pk]), {"reason": "It is meant to be hard."})
    assert not Case.objects.running().exists()


def test_pages_lead_to_the_question_its_wordings_and_its_reports(staff):
    question = make_statistic().question
    reports = reverse("admin:quiz_reportedquestion_change", args=[question.pk])
    history = reverse("admin:catalog_question_history", args=[question.pk])

    page = staff.get(page_of(question)).content.decode()
    assert f'href="{history}"' in page
    assert reports not in page

    make_report(question=question)
    assert f'href="{reports}"' in staff.get(page_of(question)).content.decode()


@pytest.mark.parametrize(
    ("trigger", "evidence", "is_linked"),
    [("leeches", {"leeches": 4, "learners": 30}, False), ("reports", {"reports": 3, "learners": 30}, True)],
)
def test_a_case_leads_to_the_reports_that_opened_it(staff, trigger, evidence, is_linked):
    case = make_case(trigger=trigger, evidence=evidence)
    page = staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()
    assert (reverse("admin:quiz_reportedquestion_change", args=[case.question_id]) in page) == is_linked


def test_a_mended_case_leads_to_what_its_mending_changed(staff, at):
    question = make_question(prompt="Which part?")
    case = make_case(question=question)
    question.prompt = "Which part decides?"
    case.mended_by = publish(question, change="clearer", author=None, at=at)
    case.save()

    page = staff.get(reverse("admin:insights_case_change", args=[case.pk])).content.decode()
    address = reverse("admin:catalog_question_history", args=[question.pk])
    assert f'href="{address}?old=1&amp;new=2"' in page
    shown = staff.get(address, {"old": 1, "new": 2})
    assert (shown.context["old"].number, shown.context["new"].number) == (1, 2)


def test_pages_offer_no_link_that_would_be_refused(client):
    case = make_case(question=make_statistic().question, trigger="reports", evidence={"reports": 3, "learners": 30})
    make_report(question=case.question)
    Case.objects.update(mended_by=case.wording)
    onlooker = member_with(client, "view_itemstatistic", "view_case")

    for address in (page_of(case.question), reverse("admin:insights_case_change", args=[case.pk])):
        page = onlooker.get(address).content.decode()
        for name in ("catalog_question_change", "catalog_question_history", "quiz_reportedquestion_change"):
            assert reverse(f"admin:{name}", args=[case.question_id]) not in page


def test_the_first_page_says_how_many_cases_run_and_conflicts_wait_to_those_who_may_see_them(staff, client):
    assert "running case" not in staff.get("/admin/").content.decode()
    make_case()
    make_case()
    make_case(status="helped", closed_at=AT)
    Conflict.objects.create(kind="question", slug="q-1", in_file={}, in_database={}, found_at=AT)

    page = staff.get("/admin/").content.decode()
    assert f'<a href="{CASES}">2 questions have a running case</a>' in page
    address = reverse("admin:catalog_conflict_changelist")
    assert f'<a href="{address}">1 conflict between the files and the database waits for a choice</a>' in page

    page = member_with(client, "view_question").get("/admin/").content.decode()
    assert "running case" not in page
    assert "conflict between" not in page


def test_pages_hold_no_inline_script_or_style(staff):
    case = make_case(question=make_statistic(make_question("choice"), ["easy", 0.1, 0.95, 0]).question)
    for address in (LIST, CASES, page_of(case.question), reverse("admin:insights_case_change", args=[case.pk])):
        html = staff.get(address).content.decode()
        assert "<script>" not in html
        assert "<style" not in html
        assert " style=" not in html
        assert "onclick=" not in html
