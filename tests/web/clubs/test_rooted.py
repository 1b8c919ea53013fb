import asyncio

import pytest

from gatecast.web.clubs.rooted import UnderRoot, rooted, split_address


def scope(path, raw=None, **state):
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode() if raw is None else raw,
        "headers": [(b"host", b"here.example")],
        "state": state,
    }


@pytest.mark.parametrize(
    ("path", "inside"),
    [("/clubs/a/", "/"), ("/clubs/a/plan", "/plan"), ("/clubs/a", ""), ("/clubs/a/clubs/b/", "/clubs/b/")],
)
def test_a_club_sees_the_rest_of_the_address(path, inside):
    slug, found = split_address(scope(path))
    assert (slug, found["path"], found["raw_path"]) == ("a", inside, inside.encode())
    assert found["state"] == {"club": "a", "root": "/clubs/a"}


@pytest.mark.parametrize("path", ["/", "/clubs", "/clubs/", "/clubs/A/", "/clubs/../b/", "/club/a/"])
def test_other_addresses_are_of_no_club(path):
    assert split_address(scope(path)) is None


def test_a_slug_hidden_by_encoding_is_of_no_club():
    assert split_address(scope("/clubs/a/plan", b"/%63lubs/a/plan")) is None
    assert split_address(scope("/clubs/a/b", b"/clubs/a%2fb")) is None


def answered(status, headers, body, *, pages=True):
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})

    async def send(message):
        sent.append(message)

    asyncio.run(UnderRoot(app, pages=pages)(scope("/plan", root="/clubs/a"), None, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_links_forms_and_parts_of_a_page_lead_into_the_club():
    page = b'<a href="/plan?x=1">x</a><form action="/"><i hx-get="/jobs/now"><img src="/static/i.svg"><a href="//b/">'
    headers, body = answered(200, [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(page))], page)
    assert body == (
        b'<a href="/clubs/a/plan?x=1">x</a><form action="/clubs/a/"><i hx-get="/clubs/a/jobs/now">'
        b'<img src="/static/i.svg"><a href="//b/">'
    )
    assert headers[b"content-length"] == str(len(body)).encode()


def test_a_page_that_was_rooted_before_stays():
    page = b'<a href="/clubs/a/plan">x</a><a href="/clubs/ab">y</a>'
    _, body = answered(200, [(b"content-type", b"text/html")], page)
    assert body == b'<a href="/clubs/a/plan">x</a><a href="/clubs/a/clubs/ab">y</a>'


def test_what_people_typed_and_other_media_stay():
    text = b'<p title="href=&#34;/plan">say href=/plan</p>'
    assert answered(200, [(b"content-type", b"text/html")], text)[1] == text
    data = b'{"a": "href=\\"/plan\\"", "b": "/plan"}'
    assert answered(200, [(b"content-type", b"application/json")], data)[1] == data


def test_a_link_out_of_the_club_is_marked():
    _, body = answered(200, [(b"content-type", b"text/html")], b'<a data-service href="/">All clubs</a>')
    assert body == b'<a data-service href="/">All clubs</a>'


def test_outside_of_the_cache_only_the_page_of_an_outage_is_changed():
    page, kind = b'<a href="/plan">again</a>', [(b"content-type", b"text/html")]
    assert answered(200, kind, page, pages=False)[1] == page
    assert answered(503, kind, page, pages=False)[1] == b'<a href="/clubs/a/plan">again</a>'


def test_a_redirect_stays_in_the_club():
    assert answered(303, [(b"location", b"/plan")], b"")[0][b"location"] == b"/clubs/a/plan"
    assert answered(307, [(b"Location", b"http://here.example/plan")], b"")[0][b"location"] == b"/clubs/a/plan"
    assert answered(303, [(b"location", b"/login?next=/x")], b"")[0][b"location"] == b"/login?next=/x"
    assert rooted("https://elsewhere.example/plan", "/clubs/a", "here.example") == "https://elsewhere.example/plan"
