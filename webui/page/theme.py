"""How the page looks: quiet, light and dark, nothing fetched from anywhere."""

from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent


# Two sizes of text, and one for titles; style.css has the same.
TEXT = gr.themes.Size(
    name="text",
    xxs="11px",
    xs="12px",
    sm="12px",
    md="14px",
    lg="16px",
    xl="20px",
    xxl="20px",
)


def theme() -> gr.Theme:
    """A plain theme with the system's own fonts and one accent."""
    return gr.themes.Base(
        primary_hue="indigo",
        secondary_hue="indigo",
        neutral_hue="zinc",
        text_size=TEXT,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        input_border_width="1px",
        input_radius="6px",
        button_large_padding="6px 14px",
        button_medium_radius="6px",
        button_small_radius="6px",
        button_small_text_size="*text_md",
        button_small_padding="6px 14px",
        button_medium_padding="7px 16px",
        button_border_width="1px",
        button_border_width_dark="1px",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_border_color="*primary_700",
        button_primary_border_color_dark="*primary_600",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_900",
        button_secondary_background_fill_hover_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_hover="*neutral_400",
        button_secondary_border_color_dark="*neutral_700",
        button_secondary_border_color_hover_dark="*neutral_600",
        color_accent="*primary_700",
        slider_color="*primary_700",
        slider_color_dark="*primary_300",
        checkbox_background_color_selected="*primary_700",
        checkbox_background_color_selected_dark="*primary_600",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_500",
        checkbox_border_color_selected="*primary_700",
        checkbox_border_color_selected_dark="*primary_600",
        checkbox_label_background_fill="transparent",
        checkbox_label_background_fill_hover="*neutral_100",
        checkbox_label_background_fill_selected="*primary_50",
        checkbox_label_background_fill_dark="transparent",
        checkbox_label_background_fill_hover_dark="*neutral_800",
        checkbox_label_background_fill_selected_dark="*neutral_800",
        checkbox_label_border_width="1px",
        checkbox_label_border_width_dark="1px",
        checkbox_label_border_color="*neutral_300",
        checkbox_label_border_color_dark="*neutral_700",
        checkbox_label_border_color_selected="*primary_700",
        checkbox_label_border_color_selected_dark="*primary_300",
        checkbox_label_padding="7px 12px",
        link_text_color="*primary_700",
        link_text_color_hover="*primary_800",
        link_text_color_active="*primary_800",
        link_text_color_visited="*primary_700",
        link_text_color_dark="*primary_300",
        link_text_color_hover_dark="*primary_200",
        link_text_color_active_dark="*primary_200",
        link_text_color_visited_dark="*primary_300",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_200",
        block_title_text_weight="600",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_400",
        input_border_color_dark="*neutral_600",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )


def style(*, owner: bool = True) -> str:
    """The page's style sheet; without ``owner``, what only the owner's page has is
    left out."""
    names = [*STYLES, *OWNER_STYLES] if owner else STYLES
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


OWNER_STYLES = ("edit/edit.css",)
STYLES = (
    "patches/parts.css",
    "numbers.css",
    "style.css",
    "cell.css",
    "code/pane.css",
    "empty.css",
    "trials.css",
    "runs/files.css",
    "strip/strip.css",
)

# Read by the browser as one: what stands in an earlier file is known in a later one.
SCRIPTS = (
    "patches/lists.js",
    "numbers.js",
    "patches/hidden_field.js",
    "patches/fields.js",
    "language.js",
    "skip.js",
    "cell.js",
    "edit/edit.js",
    "chart.js",
    "strip/answers.js",
    "clock.js",
    "stores.js",
    "curves.js",
    "trials.js",
    "strip/strip.js",
    "strip/place.js",
    "strip/menu.js",
    "code/changes.js",
    "code/fields.js",
    "code/copy.js",
    "code/pane.js",
)


def page_script() -> str:
    """What the browser runs once, when the page is there."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "() => {\n" + "\n".join(texts) + "\n}"
