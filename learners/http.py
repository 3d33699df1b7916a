"""What views of every room need of HTTP."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.clickjacking import xframe_options_sameorigin

# For a mail shown in a frame of ours, and for nothing else: its styles are inline, as mail programs need them. It can
# load nothing, run nothing and send nothing; its links open a page of their own, for none of ours stands in a frame.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def mail_in_a_frame(request: HttpRequest, html: str) -> HttpResponseBase:
    """A mail's HTML as the content of a frame on one of our pages."""

    @csp(MAIL_POLICY)
    @xframe_options_sameorigin
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))

    return view(request)


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303
