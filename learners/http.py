"""What views of every room need of HTTP."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303
