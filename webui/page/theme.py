"""How the page looks: quiet, light and dark, nothing fetched from anywhere."""

from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent


def theme() -> gr.Theme:
    """A plain theme with the system's own fonts."""
    return gr.themes.Base(
        primary_hue="indigo",
        neutral_hue="zinc",
        text_size=gr.themes.sizes.text_sm,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        input_border_width="1px",
        button_large_padding="6px 14px",
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_200",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
    )


def style(*, owner: bool = True) -> str:
    """The page's style sheet; without ``owner``, what only the owner's page has is
    left out."""
    names = [*STYLES, *OWNER_STYLES] if owner else STYLES
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


OWNER_STYLES = ("edit/edit.css",)
STYLES = ("patches/parts.css", "style.css", "cell.css")

# Read by the browser as one: what stands in an earlier file is known in a later one.
SCRIPTS = (
    "patches/lists.js",
    "patches/hidden_field.js",
    "language.js",
    "cell.js",
    "edit/edit.js",
    "chart.js",
    "clock.js",
    "stores.js",
    "curves.js",
)


def page_script() -> str:
    """What the browser runs once, when the page is there."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "() => {\n" + "\n".join(texts) + "\n}"
