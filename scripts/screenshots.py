"""Makes the pictures of README and guides from the running product: starts it in an empty folder and clicks through it.

Writes docs/images/*.png. Needs Debian's Chromium.
"""

import json
import subprocess
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


def log_in(browser: Browser, product: Product, email: str, *, phone: bool = False, theme: str = "light") -> Page:
    context = browser.new_context(viewport=PHONE if phone else DESK, locale="de-DE", color_scheme=theme)  # type: ignore[arg-type]  # one of its words
    page = context.new_page()
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


def take_test(page: Page, product: Product, quiz: str, theme: str) -> None:
    """A test from its card to its result: the first answer everywhere."""
    page.goto(product.base + quiz)
    shoot(page, f"learner-start-{theme}")
    page.locator("main form[action*='/start/'] button").first.click()
    page.wait_for_url("**/attempts/**")
    attempt = page.url.rsplit("/", 2)[0]
    choices = page.locator("main input[type=radio]:visible")
    for position in range(2, 20):
        if choices.count():
            break
        page.goto(f"{attempt}/{position}/")  # the order of the questions is drawn
    choices.first.check()
    shoot(page, f"learner-player-{theme}")
    page.goto(f"{attempt}/review/")
    page.locator("[data-ask]").click()
    page.locator("dialog .btn--primary").click()
    page.wait_for_url("**/result/")
    shoot(page, f"learner-result-{theme}")


def several(page: Page, product: Product, addresses: dict[str, str], theme: str) -> None:
    """An outline while it is typed: three questions that are read, one with a fault."""
    page.goto(product.base + addresses["several"])
    page.fill("textarea[name=text]", addresses["outline"])
    page.locator("[data-report] [data-line]").first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    shoot(page, f"trainer-several-{theme}")
    page.fill("textarea[name=text]", "")
    page.evaluate("sessionStorage.clear()")


def author(page: Page, product: Product, addresses: dict[str, str], theme: str) -> None:
    """The trainer's desk: bank, editors, marking, analysis."""
    for name in ("bank", "item-editor", "quiz-editor", "analysis"):
        page.goto(product.base + addresses[name])
        shoot(page, f"trainer-{name}-{theme}")
    several(page, product, addresses, theme)
    page.goto(f"{product.base}/admin/marking/")
    shoot(page, f"trainer-marking-queue-{theme}")
    page.locator("form[action*='/marking/tests/'] button").first.click()
    page.wait_for_url("**/admin/marking/*-*/")
    shoot(page, f"trainer-marking-{theme}")


def populate(product: Product) -> dict[str, str]:
    """Colleagues, their attempts, and answers to mark; the addresses of what is to be seen."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "pictured.py"],
        env=product.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = Product(Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            product.start()
            addresses = populate(product)
            learn(log_in(browser, product, "marketing@example.com"), product)
            phone = log_in(browser, product, "sales@example.com", phone=True)
            phone.goto(f"{product.base}/de/lernpfade/")
            phone.locator("main a[href*='/lernpfade/']").first.click()
            shoot(phone, "learner-path-phone")
            trainer = log_in(browser, product, "trainer@example.com")
            trainer.goto(f"{product.base}/admin/")
            shoot(trainer, "trainer-cms")
            for theme, who in (("light", "sales"), ("dark", "lead")):
                learner = log_in(browser, product, f"{who}@example.com", theme=theme)
                take_test(learner, product, addresses["quiz"], theme)
                author(log_in(browser, product, "trainer@example.com", theme=theme), product, addresses, theme)
            report = log_in(browser, product, "hr@example.com")
            report.goto(f"{product.base}/de/reports/")
            shoot(report, "hr-report")
        finally:
            browser.close()
            product.stop()


if __name__ == "__main__":
    main()
