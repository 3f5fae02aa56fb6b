"""How the page looks: quiet, light and dark, nothing fetched from anywhere."""

import gradio as gr


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


CSS = """
:root {
  --quiet: #52525b; --line: #d4d4d8; --good: #15803d; --warn: #a16207; --bad: #b91c1c;
  --accent: #4338ca; --soft: #f4f4f5; --trained: #e0e7ff;
}
.dark {
  --quiet: #a1a1aa; --line: #3f3f46; --good: #4ade80; --warn: #facc15; --bad: #f87171;
  --accent: #a5b4fc; --soft: #27272a; --trained: #312e81;
}
.gradio-container { max-width: 1080px !important; margin: 0 auto !important; }
.gradio-container .form { background: transparent; border: none; box-shadow: none;
  gap: 16px; }
#upload { border: 1px dashed var(--line); border-radius: 6px; }
.gradio-container .block { padding-left: 0; padding-right: 0; }
.gradio-container main { width: 100%; }
.nav-holder { display: none !important; }
.cell button.sm, .cell button.lg { align-self: flex-start; width: auto; min-width: 7em; }
#status { flex: 1 1 60%; }
#run-all, #stop { flex: 0 0 auto; min-width: 6em; }
.cell { border-left: 3px solid var(--line); padding: 2px 0 14px 16px; margin: 6px 0 18px; }
.cell-head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.cell-head .number { font-family: ui-monospace, monospace; color: var(--quiet); }
.cell-head .title { font-size: 1.25rem; font-weight: 600; }
.sentence, .quiet { color: var(--quiet); margin: 2px 0 6px; }
.state { font-size: .85rem; color: var(--quiet); }
.state.fresh, .state.finished, .good { color: var(--good); }
.state.stale, .state.stopped, .warn { color: var(--warn); }
.state.running { color: var(--accent); font-weight: 600; }
.state.failed, .bad { color: var(--bad); font-weight: 600; }
.top { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; }
.top .name { font-size: 1.35rem; font-weight: 650; }
.top a { color: var(--accent); }
.figures { display: flex; flex-wrap: wrap; gap: 6px 28px; min-height: 3.2em; margin: 4px 0; }
.figure .label { color: var(--quiet); font-size: .8rem; display: block; }
.figure .value { font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.bar-row { display: grid; grid-template-columns: 7em 1fr 8em; gap: 8px; align-items: center; }
.bar-row .number { text-align: right; font-variant-numeric: tabular-nums; }
.bar { background: var(--accent); height: .8em; min-width: 1px; border-radius: 2px; }
.track { height: 6px; background: var(--soft); border-radius: 3px; overflow: hidden; }
.track > div { height: 100%; background: var(--accent); }
details.output pre, .log { max-height: 22em; overflow: auto; background: var(--soft);
  padding: 8px 10px; border-radius: 4px; white-space: pre-wrap; font-size: .82rem; }
details.output summary { cursor: pointer; color: var(--quiet); }
.scroll { overflow-x: auto; }
table.plain { border-collapse: collapse; width: 100%; font-size: .9rem; }
.gradio-container table.plain :is(th, td) { text-align: left; padding: 4px 10px 4px 0;
  border: none; border-bottom: 1px solid var(--line); vertical-align: top; }
.gradio-container table.plain, .gradio-container table.plain :is(tr, thead, tbody) {
  border: none; }
.gradio-container table.plain :is(th, td).num { text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
table.plain td.long { max-width: 28em; overflow-wrap: anywhere; }
.tokens { line-height: 1.9; font-family: ui-monospace, monospace; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.tokens .trained { background: var(--trained); border-bottom: 2px solid var(--accent); }
.tokens .masked { color: var(--quiet); }
.card { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; margin: 8px 0; }
.card.bad-card { border-color: var(--bad); }
.answer { min-height: 7em; border: 1px solid var(--line); border-radius: 6px;
  padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.pane-title { font-weight: 600; margin-bottom: 4px; }
button:focus-visible, input:focus-visible, textarea:focus-visible, a:focus-visible,
summary:focus-visible { outline: 2px solid var(--accent) !important; outline-offset: 2px; }
@media (max-width: 600px) {
  .cell { padding-left: 8px; }
  .bar-row { grid-template-columns: 5.5em 1fr 6.5em; }
}
"""

# A browser that prefers Chinese starts on the Chinese page; the link in the header
# wins from then on.
JS = """
() => {
  const chosen = sessionStorage.getItem('tunebook-language');
  const chinese = location.pathname.replace(/\\/$/, '').endsWith('/zh');
  const wanted = chosen || (navigator.language || '').slice(0, 2);
  if (!chosen) sessionStorage.setItem('tunebook-language', wanted === 'zh' ? 'zh' : 'en');
  if (!chosen && wanted === 'zh' && !chinese)
    location.replace(location.pathname.replace(/\\/?$/, '/zh') + location.search);
  document.documentElement.lang = chinese ? 'zh' : 'en';
}
"""
