"""The page of a run in a real browser, with the network off."""

from pathlib import Path

import pytest

from g2links.reports.pages.run_page import write_run_page

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright")

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--enable-unsafe-swiftshader"),
]
PLACE_OF_A_POINT = """() => {
    const map = document.getElementById("error-map");
    const box = map.getBoundingClientRect(), layout = map._fullLayout, points = map._fullData[2];
    const x = layout.xaxis.d2p(points.x[0]) + layout.xaxis._offset, y = layout.yaxis.d2p(points.y[0]);
    return [box.left + x, box.top + y + layout.yaxis._offset, Array.from(points.customdata[0])];
}"""
"""Where the first of the points is on the screen, and what belongs to it."""


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.is_file():
        pytest.skip(f"no chromium: {CHROMIUM} is not there")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser, make_run, tmp_path):
    """The page in a window of a width and a colour scheme; what it reports as errors, and what it asked the network."""
    write_run_page(tmp_path / "page.html", make_run())
    contexts = []

    def show(width=1400, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            offline=True,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page, errors = context.new_page(), []
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda asked: errors.append(asked.url) if asked.url.startswith("http") else None)
        page.goto((tmp_path / "page.html").as_uri())
        return page, errors

    yield show
    for context in contexts:
        context.close()


def test_it_draws_hovers_and_copies_without_a_network(open_page):
    page, errors = open_page()
    page.locator("#histograms").scroll_into_view_if_needed()
    page.wait_for_selector("#histogram-analytic-d_psi .bars path")
    page.locator("#error-map").scroll_into_view_if_needed()
    page.wait_for_selector("#error-map .points path")
    assert page.locator("#deviations .bars path").count() > 5
    x, y, values = page.evaluate(PLACE_OF_A_POINT)
    page.mouse.move(x, y)
    page.wait_for_selector("#error-map .hoverlayer .hovertext")
    shown = page.locator("#error-map .hoverlayer").text_content()
    assert "error" in shown
    assert "z₄ =" in shown
    page.mouse.click(x, y)
    page.wait_for_function("document.getElementById('copied').textContent.startsWith('point')")
    copied = page.evaluate("navigator.clipboard.readText()")
    scope = {}
    exec(copied, scope)
    assert len(scope["point"]) == 5
    assert abs(sum(z**5 for z in scope["point"])) < 1e-12  # to the last digit, on V
    assert len(values) == 11
    assert errors == []


def test_it_fits_a_phone_and_follows_the_dark_mode(open_page):
    backgrounds = {}
    for scheme in ("light", "dark"):
        page, errors = open_page(400, scheme)
        page.locator("#checks").scroll_into_view_if_needed()
        page.wait_for_selector("#history-search .main-svg")
        assert page.evaluate("document.documentElement.scrollWidth") == 400
        backgrounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert errors == []
    assert backgrounds == {"light": "rgb(250, 250, 248)", "dark": "rgb(20, 23, 26)"}
