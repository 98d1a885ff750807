"""A check for the fuzzer: whatever is sent, a key without the scope that the document names for a route is refused there."""

import os

import schemathesis

KEY = os.environ["POSTERN_API_KEY"]
SCOPE = os.environ["POSTERN_API_SCOPE"]
REFUSED = os.environ["POSTERN_API_REFUSED"]


def scopes(operation):
    """What the document says that a key needs."""
    asked = operation.definition.raw.get("security", [])
    return {scope for one in asked for scope in one.get("key", [])}


@schemathesis.check
def a_key_without_the_scope_is_refused(ctx, response, case):
    needed = scopes(case.operation)
    # The fuzzer leaves the key out as well, or spoils it.
    ours = response.request.headers.get("Authorization") == f"Bearer {KEY}"
    if not needed or SCOPE in needed or not ours:
        return
    name = f"{case.operation.method.upper()} {case.operation.path}"
    told = response.json() if response.status_code == 403 else {}
    if told.get("code") != "scope":
        raise AssertionError(f"{name} answers {response.status_code} to a key that has {SCOPE} alone")
    with open(REFUSED, "a", encoding="utf-8") as file:
        file.write(f"{name}\n")
