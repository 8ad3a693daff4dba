"""How a client tells what it found: a line for each feature, in any order.

`feature<TAB>ok|fail|none<TAB>detail`; `none` is for what the client's interface does not have.
Lines that start with `@` tell what runs, and ask for a new server.
"""

import sys
import traceback


def say(*columns):
    print(*columns, sep="\t", flush=True)


def line(text):
    return " ".join(str(text).split())


def version(text):
    say("@version", text)


def protocol(number):
    say("@protocol", number)


def restart():
    """Returns when the server has ended and a new one listens on the same port."""
    say("@restart")
    if sys.stdin.readline().strip() != "restarted":
        raise RuntimeError("the server was not started again")


def equal(got, due):
    if got != due or type(got) is not type(due):
        raise AssertionError(f"{shortened(got)} came, not {shortened(due)}")


def between(low, got, high):
    if not low <= got <= high:
        raise AssertionError(f"{got} is not between {low} and {high}")


def shortened(value):
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


def check(features):
    """Runs each feature's function; what it returns is told as the detail."""
    for name, function in features.items():
        try:
            detail = function()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)
            own = [frame.lineno for frame in where if frame.filename == function.__code__.co_filename]
            say(name, "fail", f"line {own[-1] if own else '?'}: {type(error).__name__}: {line(error)}")
        else:
            say(name, "ok", line(detail or ""))
