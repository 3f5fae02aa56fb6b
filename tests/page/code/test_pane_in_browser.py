"""The code pane in Chromium: what changed, which field decides what, and copies."""

from typing import Any

import pytest

from page.walking import HOSTILE, go, open_page, set_field, wait_for

pytestmark = pytest.mark.browser

TRAIN, MODEL = "#code-train", "#code-model"
# What a page does that a browser trusts with no clipboard, and what it copied.
NO_CLIPBOARD = """
Object.defineProperty(navigator, 'clipboard', { value: undefined });
document.addEventListener('copy', () => {
  window.copied = document.activeElement.value || String(getSelection());
});
"""


def lines(page: Any, pane: str) -> list[str]:
    """The lines that a pane shows."""
    script = "codes => codes.map(code => code.textContent)"
    return page.eval_on_selector_all(f"{pane} .code-line code", script)


def numbers(page: Any, pane: str, name: str) -> list[int]:
    """The numbers of the lines with a mark."""
    script = "lines => lines.map(line => Number(line.dataset.n))"
    return page.eval_on_selector_all(f"{pane} .code-line.{name}", script)


def line_with(page: Any, pane: str, text: str) -> int:
    """The number of the first line that holds a text."""
    return next(n for n, line in enumerate(lines(page, pane), 1) if text in line)


def focused(page: Any) -> str:
    """The id of the field that has the focus."""
    script = "() => document.activeElement.closest('.block[id]')?.id || ''"
    return page.evaluate(script)


def train_tab(browser: Any, server: Any, **options: Any) -> Any:
    page = open_page(
        browser, server, viewport={"width": 1400, "height": 800}, **options
    )
    go(page, "Train")
    page.wait_for_selector(f"{TRAIN} .code-line")
    page.wait_for_timeout(500)
    return page


def test_what_a_field_changes_is_marked_and_told(browser: Any, server: Any) -> None:
    page = train_tab(browser, server)
    set_field(page, "training.batch_size", "6")
    batch = line_with(page, TRAIN, "per_device_train_batch_size")
    wait_for(lambda: numbers(page, TRAIN, "changed") == [batch], 45)
    assert "=6," in lines(page, TRAIN)[batch - 1]
    told = page.locator(f"{TRAIN} [role=status]")
    assert told.inner_text() == f"1 line changed: {batch}"
    sign = "e => getComputedStyle(e, '::before').content"
    assert "▸" in page.locator(f"{TRAIN} .changed .code-n").evaluate(sign)
    epochs = line_with(page, TRAIN, "max_steps")
    page.get_by_label("epochs", exact=True).check()
    wait_for(lambda: epochs in numbers(page, TRAIN, "changed"), 45)
    assert "num_train_epochs" in lines(page, TRAIN)[epochs - 1]
    wait_for(lambda: not numbers(page, TRAIN, "changed"), 45)
    # A line that comes, and goes.
    for value in ("2", "1"):
        set_field(page, "training.gradient_accumulation", value)
        came = value == "2"
        word = f"1 line changed: {batch + 1}" if came else "1 line went, before line"
        wait_for(lambda word=word: word in told.inner_text(), 45)
    assert numbers(page, TRAIN, "gone-above") == [batch + 1]


def test_fields_and_lines_lead_to_one_another(browser: Any, server: Any) -> None:
    page = train_tab(browser, server)
    page.locator("#training-learning_rate input").focus()
    rate = line_with(page, TRAIN, "learning_rate=")
    wait_for(lambda: numbers(page, TRAIN, "at") == [rate], 45)
    assert f"line {rate}" in page.inner_text(f"{TRAIN} .code-note")
    # Into a fold that was never opened.
    clipping = line_with(page, TRAIN, "max_grad_norm")
    page.hover(f"{TRAIN} [data-n='{clipping}']")
    page.wait_for_selector(f"{TRAIN} .code-line.decided")
    page.click(f"{TRAIN} [data-n='{clipping}'] .code-part")
    wait_for(lambda: focused(page) == "training-max_grad_norm", 45)
    # What the code leaves out, beside it.
    page.locator("#training-weight_decay input").focus()
    note = page.locator(f"{TRAIN} .code-note")
    wait_for(lambda: "weight_decay=0.01" in note.inner_text(), 45)
    # A line without a field leads nowhere and says so.
    page.click(f"{TRAIN} [data-n='2']")
    wait_for(lambda: "No field decides" in note.inner_text(), 45)
    # By the keyboard, into another tab.
    page.locator(f"{TRAIN} .code-lines").focus()
    for _ in range(line_with(page, TRAIN, "max_length=")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for(lambda: focused(page) == "model-max_seq_length", 45)
    assert page.locator("[role=tab][data-tab-id=model][aria-selected=true]").count()


def test_code_is_copied_without_a_clipboard(browser: Any, server: Any) -> None:
    page = browser.new_page()
    page.add_init_script(NO_CLIPBOARD)
    page.goto(server.address)
    page.wait_for_selector(f"{MODEL} .code-line")
    page.wait_for_timeout(1500)  # the first redraws are over
    page.click(f"{MODEL} .code-copy")
    page.wait_for_selector(f"{MODEL} .code-copy:has-text('Copied')")
    code = page.evaluate("window.copied")
    assert code.startswith("from unsloth import FastLanguageModel")
    assert len(code.splitlines()) >= len(lines(page, MODEL)) + 1
    compile(code, "copied", "exec")
    page.click(f"{MODEL} .code-copy-all")
    wait_for(lambda: "# %% train" in page.evaluate("window.copied"), 45)
    compile(page.evaluate("window.copied"), "copied", "exec")


def test_hostile_text_is_shown_and_nothing_more(browser: Any, server: Any) -> None:
    page = open_page(browser, server)
    go(page, "Compare")
    page.wait_for_selector("#code-compare .code-line")
    text = f"😀 שלום {HOSTILE}</span></div>{'x' * 10_000}"
    set_field(page, "compare.prompt", text)
    shown = wait_for(
        lambda: [line for line in lines(page, "#code-compare") if "😀" in line], 45
    )
    assert "</span></div>" in shown[0] and page.title() != "owned"
    page.locator("#compare-prompt textarea").focus()
    wait_for(lambda: numbers(page, "#code-compare", "at"), 45)
    marked = page.locator("#code-compare .code-at").all_inner_texts()
    assert "".join(marked) == shown[0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_is_led_to_another_tab(browser: Any, server: Any) -> None:
    page = open_page(browser, server, viewport={"width": 390, "height": 800})
    go(page, "Parameters")
    page.wait_for_selector("#code-adapter .code-line")
    seed = line_with(page, "#code-adapter", "random_state=")
    page.locator(f"#code-adapter [data-n='{seed}'] code").click()
    wait_for(lambda: focused(page) == "training-seed", 45)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
