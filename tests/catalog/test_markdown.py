import pytest

from catalog.markdown import Blank, blanks, to_html, to_text

GAP = '<span class="blank"><span class="visually-hidden">blank</span></span>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("an *idea* and a **rule**", "<p>an <em>idea</em> and a <strong>rule</strong></p>"),
        ("`x < y`", "<p><code>x &lt; y</code></p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("# no heading", "<p># no heading</p>"),
    ],
)
def test_markdown_becomes_html(markdown, html):
    assert to_html(markdown) == html


def test_inline_text_has_no_paragraph_around_it():
    assert to_html("the *scheduler*", inline=True) == "the <em>scheduler</em>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "![a](https://example.org/pixel.png)",
        "<a href=javascript:alert(1)>a</a>",
        "`<script>`",
        "```html\n<script>alert(1)</script>\n```",
        "{{<script>alert(1)</script>}}",
        "<style>p{}</style>",
        "&lt;script&gt;",
    ],
)
@pytest.mark.parametrize("blank", list(Blank))
def test_nothing_hostile_gets_through(hostile, blank):
    html = to_html(hostile, blank=blank).lower()

    for sign in ("<script", "<img", "<style", 'href="javascript', 'href="data', 'href="vbscript', "<a href=j"):
        assert sign not in html


def test_a_link_keeps_its_address_and_gets_rel():
    html = to_html("[docs](https://example.org/?a=1&b=2)")

    assert html == '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow">docs</a></p>'


def test_code_is_shown_in_two_inks_by_class_alone():
    html = to_html("```python\nif ready:  # now\n    run()\n```")

    assert '<span class="code-key">if</span>' in html
    assert '<span class="code-quiet"># now</span>' in html
    assert "style=" not in html


def test_code_of_an_unknown_language_is_shown_plain():
    assert to_html("```klingon\na < b\n```") == "<pre><code>a &lt; b\n</code></pre>"


def test_a_blank_is_hidden_with_a_word_for_screen_readers_and_betrays_nothing():
    html = to_html("It is {{idempotent}}.", blank=Blank.HIDDEN)

    assert html == f"<p>It is {GAP}.</p>"


def test_a_blank_is_filled_on_the_back():
    html = to_html("It is {{*very* idempotent}}.", blank=Blank.FILLED)

    assert html == '<p>It is <strong class="filled"><em>very</em> idempotent</strong>.</p>'


def test_braces_inside_code_are_no_blank():
    markdown = "In `{{ ds }}` Airflow puts the {{logical date}}.\n\n```\n{{ x }}\n```"

    html = to_html(markdown, blank=Blank.HIDDEN)

    assert blanks(markdown) == ["logical date"]
    assert "<code>{{ ds }}</code>" in html
    assert "<pre><code>{{ x }}\n</code></pre>" in html
    assert html.count(GAP) == 1


def test_code_inside_a_blank_may_hold_braces():
    assert blanks("Write {{`{{ ds }}`}} here") == ["`{{ ds }}`"]


@pytest.mark.parametrize("markdown", ["{{}}", "{{ }}", "{{open", "open}}", "{one}"])
def test_broken_braces_are_no_blank(markdown):
    assert blanks(markdown) == []
    assert GAP not in to_html(markdown, blank=Blank.HIDDEN)


def test_other_kinds_leave_double_braces_alone():
    assert to_html("{{x}}") == "<p>{{x}}</p>"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("up to 5 GB", "up to 5\u00a0GB"),
        ("some 40 % more", "some 40\u00a0% more"),
        ("after 3 days", "after 3\u00a0days"),
        ("3 models", "3 models"),
        ("3 sets", "3 sets"),
        ("`5 GB`", "5 GB"),
    ],
)
def test_a_number_keeps_its_unit_on_its_line_except_in_code(markdown, text):
    assert to_text(to_html(markdown)) == text


def test_plain_text_of_html_keeps_words_apart_and_signs_whole():
    assert to_text(to_html("a & `b<c>`\n\n*next*")) == "a & b<c> next"


def test_braces_that_never_close_are_given_up_in_time():
    text = "{{a " * 2500

    assert to_html(text, blank=Blank.HIDDEN).count("{{a") == 2500
    assert blanks("{{a " * 40 + "and {{x}}") == ["a " + "{{a " * 39 + "and {{x"]
