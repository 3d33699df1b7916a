"""Markdown of our authors to HTML that is safe to show as it stands. Pure: text in, HTML out.

Authors may use emphasis, code, links, lists and quotes. Raw HTML is shown as text. What markdown-it makes is passed
through nh3 as well, so that a fault in one of them alone lets nothing through.
"""

import enum
import html
import re
from collections.abc import Iterator

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Operator, _TokenType, is_token_subtype
from pygments.util import ClassNotFound


class Blank(enum.Enum):
    """What becomes of ``{{…}}``: nothing special, a gap to be filled, or the word that fills it."""

    NONE = enum.auto()
    HIDDEN = enum.auto()
    FILLED = enum.auto()


TAGS = {"p", "br", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote", "span"}
CLASSES = {
    "span": {"blank", "visually-hidden", "code-key", "code-quiet"},
    "strong": {"filled"},
}
URL_SCHEMES = {"http", "https"}
HARD_SPACE = "\u00a0"
MOST_UNCLOSED = 50
_END_OR_CODE = re.compile(r"\}\}|`+")

_UNITS = (
    "ns|µs|ms|s|min|h|B|kB|KB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|GB/s|MB/s|Hz|kHz|MHz|GHz|FLOPS|GFLOPS|TFLOPS|W|V|°C|%|"
    "bits?|bytes?|cores?|threads?|milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|percent|per cent"
)
_NUMBER_AND_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?![\w/]))")


def to_html(text: str, *, inline: bool = False, blank: Blank = Blank.NONE, blank_word: str = "blank") -> str:
    """Safe HTML of `text`: paragraphs, or with `inline` what stands inside one.

    `blank_word` is what a screen reader says in the place of a hidden ``{{…}}``.
    """
    env: dict[str, object] = {"blank": blank, "blank_word": blank_word}
    made = _MARKDOWN.renderInline(text, env) if inline else _MARKDOWN.render(text, env)
    return _CLEANER.clean(made).strip()


def blanks(text: str) -> list[str]:
    """The Markdown inside each ``{{…}}`` of a cloze prompt, in order; braces inside code are code."""
    tokens = _MARKDOWN.parse(text, {"blank": Blank.FILLED})
    return [token.content for token in _walk(tokens) if token.type == "cloze_open"]


def to_text(safe_html: str) -> str:
    """The words of a piece of our own HTML on one line, for a sentence or a mail subject."""
    apart = re.sub(r"<(?:/p|/li|/pre|/blockquote|br)>", " ", safe_html)
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]*>", "", apart))).strip(" ")


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def _cloze(state: StateInline, silent: bool) -> bool:
    """The inline rule for ``{{…}}``. Code spans are read by their own rule, so their braces never come here."""
    blank = state.env.get("blank", Blank.NONE)
    start = state.pos
    if blank is Blank.NONE or not state.src.startswith("{{", start):
        return False
    # Each look for an end may read the whole text, so a text of nothing but beginnings is given up in time.
    if state.env.setdefault("unclosed", 0) >= MOST_UNCLOSED:
        return False
    end = _closing(state.src, start + 2, state.posMax)
    if end is None:
        state.env["unclosed"] += 1
        return False
    if not silent:
        opening = state.push("cloze_open", "span", 1)
        opening.content = state.src[start + 2 : end].strip()
        if blank is Blank.FILLED:
            outer_max = state.posMax
            state.pos, state.posMax = start + 2, end
            state.md.inline.tokenize(state)
            state.posMax = outer_max
        state.push("cloze_close", "span", -1)
    state.pos = end + 2
    return True


def _closing(source: str, start: int, limit: int) -> int | None:
    """Where the ``}}`` that ends a blank begins, or None; code inside the blank may hold braces of its own."""
    position = start
    while found := _END_OR_CODE.search(source, position, limit):
        if found.group() == "}}":
            return found.start() if source[start : found.start()].strip() else None
        run = found.group()
        closing = re.compile(rf"(?<!`){run}(?!`)").search(source, found.end(), limit)
        position = closing.end() if closing else found.end()
    return None


def _hard_spaces(state: StateCore) -> None:
    """Keeps a number and its unit on one line, everywhere but in code."""
    for token in _walk(state.tokens):
        if token.type == "text":
            token.content = _NUMBER_AND_UNIT.sub(HARD_SPACE, token.content)


def _cloze_open(_r: RendererHTML, _tokens: list[Token], _index: int, _options: OptionsDict, env: EnvType) -> str:
    if env["blank"] is Blank.FILLED:
        return '<strong class="filled">'
    return f'<span class="blank"><span class="visually-hidden">{html.escape(str(env["blank_word"]))}</span>'


def _cloze_close(_r: RendererHTML, _tokens: list[Token], _index: int, _options: OptionsDict, env: EnvType) -> str:
    return "</strong>" if env["blank"] is Blank.FILLED else "</span>"


def _fence(_r: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    return f"<pre><code>{_highlight(token.content, language)}</code></pre>\n"


def _highlight(code: str, language: str) -> str:
    """Code in two inks: what the language says itself stands out, comments step back."""
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return html.escape(code)
    return "".join(_span(kind, value) for kind, value in lex(code, lexer))


def _span(kind: _TokenType, value: str) -> str:
    escaped = html.escape(value)
    if is_token_subtype(kind, Comment):
        return f'<span class="code-quiet">{escaped}</span>'
    if is_token_subtype(kind, Keyword) or kind is Operator.Word:
        return f'<span class="code-key">{escaped}</span>'
    return escaped


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.disable(["heading", "lheading", "hr", "code", "reference", "html_block", "html_inline", "image"])
    reader.inline.ruler.before("emphasis", "cloze", _cloze)
    reader.core.ruler.push("hard_spaces", _hard_spaces)
    reader.add_render_rule("cloze_open", _cloze_open)
    reader.add_render_rule("cloze_close", _cloze_close)
    reader.add_render_rule("fence", _fence)
    return reader


_MARKDOWN = _reader()
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=set(),
    attributes={"a": {"href"}},
    allowed_classes=CLASSES,
    url_schemes=URL_SCHEMES,
    link_rel="noopener noreferrer nofollow",
)
