"""Makes the pictures of README and guides from the running product: starts it in an empty folder and clicks through it.

Writes docs/images/*.png. Needs Debian's Chromium.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - the path must be set first

from tests.system.product import PASSWORD, Product  # noqa: E402

IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def log_in(browser: Browser, product: Product, email: str, *, phone: bool = False) -> Page:
    page = browser.new_context(viewport=PHONE if phone else DESK, locale="de-DE").new_page()
    page.goto(f"{product.base}/de/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def learn(page: Page, product: Product) -> None:
    """Takes the first module half-way, so that the home page has something to tell."""
    page.goto(f"{product.base}/de/katalog/")
    page.locator("main a[href*='/katalog/']").first.click()
    shoot(page, "learner-module")
    page.locator("main form[action*='/start/'] button").first.click()
    page.wait_for_load_state()
    if "/katalog/" in page.url and page.locator("form[action*='/complete/']").count() == 0:
        page.locator("main a[href*='/katalog/'][href$='/']").nth(1).click()
    shoot(page, "learner-lesson")
    page.locator("form[action*='/complete/'] button").last.click()
    page.wait_for_load_state()
    page.goto(f"{product.base}/de/")
    page.goto(f"{product.base}/de/")  # once more: without the message about the log-in
    shoot(page, "learner-home")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = Product(Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            product.start()
            learn(log_in(browser, product, "marketing@example.com"), product)
            phone = log_in(browser, product, "sales@example.com", phone=True)
            phone.goto(f"{product.base}/de/lernpfade/")
            phone.locator("main a[href*='/lernpfade/']").first.click()
            shoot(phone, "learner-path-phone")
            trainer = log_in(browser, product, "trainer@example.com")
            trainer.goto(f"{product.base}/admin/")
            shoot(trainer, "trainer-cms")
            report = log_in(browser, product, "hr@example.com")
            report.goto(f"{product.base}/de/reports/")
            shoot(report, "hr-report")
        finally:
            browser.close()
            product.stop()


if __name__ == "__main__":
    main()
