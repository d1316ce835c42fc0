"""Pictures of pages, to look at: `python tests/e2e/screenshots.py URL EMAIL PASSWORD PATH… [--into DIR]`.

Each page is shown at 1280 and 360 px, light and dark. Without `--into` the pictures go to a new temporary folder.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="first page of the workspace, e.g. http://demo.localhost:8000")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    folder = given.into or Path(tempfile.mkdtemp(prefix="triptych-pages-"))
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            page = browser.new_context(color_scheme=theme).new_page()
            page.goto(f"{given.url}/login/")
            page.fill("[name=email]", given.email)
            page.fill("[name=password]", given.password)
            page.click("main form button >> nth=0")
            page.wait_for_url(f"{given.url}/")
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 820})
                for path in given.paths:
                    page.goto(f"{given.url}{path}")
                    page.wait_for_load_state("networkidle")
                    name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
                    page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
        browser.close()
    print(folder)


if __name__ == "__main__":
    main()
