"""The API by hand in a real browser, under the policy of every page; and the page of tokens."""


def test_graphiql_asks_as_the_member_and_nothing_is_refused(visit):
    visitor = visit("owner")
    page = visitor.open("/graphiql/")
    page.wait_for_selector(".graphiql-execute-button")

    page.click(".graphiql-execute-button")
    page.wait_for_selector(".result-window :text('OWNER')")
    page.click("button[aria-label='Show Documentation Explorer']")
    page.wait_for_selector(".graphiql-doc-explorer :text('Query')")
    page.click("button[aria-label='Show History']")
    page.click("button[aria-label='Open settings dialog']")
    page.wait_for_selector(".graphiql-dialog")

    assert visitor.refused() == []


def test_graphiql_completes_names(visit):
    visitor = visit("owner")
    page = visitor.open("/graphiql/")
    page.wait_for_selector(".graphiql-query-editor .CodeMirror")

    page.evaluate("document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue('{ compan }')")
    page.evaluate("document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setCursor(0, 8)")
    page.focus(".graphiql-query-editor textarea")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".CodeMirror-hints :text('companies')")

    assert visitor.refused() == []


def test_graphiql_is_for_members(visit):
    page = visit("").open("/graphiql/")

    assert "/login/" in page.url


def test_a_token_is_made_and_shown(visit):
    visitor = visit("member")
    page = visitor.open("/settings/tokens/")
    visitor.expect_sound()
    page.set_viewport_size({"width": 1280, "height": 820})

    page.click("[data-opens=new-token]")
    page.fill("#new-token [name=name]", "Web shop")
    page.click("#new-token .btn-primary")
    page.wait_for_selector("#token")

    assert page.input_value("#token").startswith("tri_")
    visitor.expect_sound()
