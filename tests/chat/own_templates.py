# ruff: noqa: E501
"""Templates in the manner of families that TRL does not carry, in our own words.

None is a copy: each shows one habit that a family has.
"""

# Brackets; a call as a JSON list; results without a role of their own.
BRACKETS = """
{{- bos_token -}}
{%- if messages[0].role == "system" -%}
{%- set system, turns = messages[0].content, messages[1:] -%}
{%- else -%}{%- set system, turns = "", messages -%}{%- endif -%}
{%- set ns = namespace(last=-1) -%}
{%- for m in turns -%}{%- if m.role == "user" -%}{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
{%- for m in turns -%}
{%- if m.role == "user" -%}
{%- if tools and loop.index0 == ns.last -%}{{- "[AVAILABLE_TOOLS]" ~ tools | tojson ~ "[/AVAILABLE_TOOLS]" -}}{%- endif -%}
{{- "[INST] " ~ (system ~ "\n\n" if system and loop.last else "") ~ m.content ~ "[/INST]" -}}
{%- elif m.role == "tool" -%}
{{- '[TOOL_RESULTS]{"content": ' ~ m.content | tojson ~ ', "call_id": "' ~ m.tool_call_id ~ '"}[/TOOL_RESULTS]' -}}
{%- elif m.tool_calls is defined and m.tool_calls -%}
{{- "[TOOL_CALLS][" -}}
{%- for c in m.tool_calls -%}
{%- if not c.id is defined or c.id | length != 9 -%}{{- raise_exception("Call ids have nine letters!") -}}{%- endif -%}
{{- ('{"name": "' ~ c.function.name ~ '", "arguments": ' ~ c.function.arguments | tojson ~ ', "id": "' ~ c.id ~ '"}') ~ ("" if loop.last else ", ") -}}
{%- endfor -%}
{{- "]" ~ eos_token -}}
{%- else -%}{{- " " ~ m.content | trim ~ eos_token -}}{%- endif -%}
{%- endfor -%}
"""

# A thought as a part of the content, between brackets.
THINKING_PARTS = """
{{- bos_token -}}
{%- for m in messages -%}
{%- if m.role == "user" -%}{{- "[INST]" ~ m.content ~ "[/INST]" -}}
{%- elif m.role == "system" -%}{{- "[SYSTEM_PROMPT]" ~ m.content ~ "[/SYSTEM_PROMPT]" -}}
{%- elif m.role == "assistant" -%}
{%- if m.content is string -%}{{- m.content -}}
{%- else -%}
{%- for part in m.content -%}
{%- if part.type == "thinking" -%}{{- "[THINK]" ~ part.thinking ~ "[/THINK]" -}}
{%- else -%}{{- part.text -}}{%- endif -%}
{%- endfor -%}
{%- endif -%}
{{- eos_token -}}
{%- endif -%}
{%- endfor -%}
"""

# Only a system text asks for thoughts, which stand between the family's own tags.
OWN_TAGS = """
{%- for m in messages -%}
{{- bos_token ~ m.role ~ "\n" -}}
{%- if m.role == "assistant" and m.reasoning_content is string and m.reasoning_content | trim -%}
{{- "\n<seed:think>" ~ m.reasoning_content | trim ~ "</seed:think>\n" -}}
{%- endif -%}
{{- m.content ~ eos_token -}}
{%- if thinking_budget is defined and thinking_budget == 0 and loop.first -%}
{{- bos_token ~ "system\nDo not think." ~ eos_token -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- bos_token ~ "assistant\n" -}}{%- endif -%}
"""

# A switch that adds a sentence to the system text; thoughts are plain text.
SYSTEM_SWITCH = """
{%- if messages[0].role == "system" -%}
{%- set system, turns = messages[0].content, messages[1:] -%}
{%- else -%}
{%- set system, turns = "You are a model of " ~ strftime_now("%Y") ~ ".", messages -%}
{%- if thinking -%}{%- set system = system ~ " Think first." -%}{%- endif -%}
{%- endif -%}
{{- "<|start_of_role|>system<|end_of_role|>" ~ system ~ "<|end_of_text|>\n" -}}
{%- for m in turns -%}
{{- "<|start_of_role|>" ~ m.role ~ "<|end_of_role|>" ~ m.content ~ "<|end_of_text|>\n" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "<|start_of_role|>assistant<|end_of_role|>" -}}{%- endif -%}
"""

# On unless it is switched off; then a word in the system text and an empty thought.
NO_THINK = """
{%- set thinks = enable_thinking is not defined or enable_thinking -%}
{%- set system = messages[0].content if messages[0].role == "system" else "" -%}
{%- if system.endswith("/no_think") -%}{%- set thinks = false -%}{%- endif -%}
{{- "<|im_start|>system\nMode: " ~ ("/think" if thinks else "/no_think") ~ "\n\n" ~ system ~ "<|im_end|>\n" -}}
{%- for m in messages -%}
{%- if m.role == "assistant" -%}
{{- "<|im_start|>assistant\n" ~ ("" if thinks else "<think>\n\n</think>\n") ~ m.content ~ "<|im_end|>\n" -}}
{%- elif m.role != "system" -%}{{- "<|im_start|>" ~ m.role ~ "\n" ~ m.content ~ "<|im_end|>\n" -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "<|im_start|>assistant\n" ~ ("" if thinks else "<think>\n\n</think>\n") -}}{%- endif -%}
"""

# Opens a thought whenever it asks, and keeps only the thoughts of the last turn.
OPENS_AND_READS = """
{%- set ns = namespace(last=-1) -%}
{%- for m in messages -%}{%- if m.role == "user" -%}{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
{{- "]~!b[" -}}
{%- for m in messages -%}
{%- set kind = "ai" if m.role == "assistant" else m.role -%}
{{- "]~b]" ~ kind ~ "\n" -}}
{%- if m.role == "assistant" and m.reasoning_content and loop.index0 > ns.last -%}
{{- "<think>\n" ~ m.reasoning_content ~ "\n</think>\n\n" -}}
{%- endif -%}
{{- m.content -}}
{%- for c in m.tool_calls or [] -%}
{{- "\n<invoke name=\\"" ~ c.function.name ~ "\\">" -}}
{%- for k, v in c.function.arguments.items() -%}
{{- "<parameter name=\\"" ~ k ~ "\\">" ~ (v | tojson if v is not string else v) ~ "</parameter>" -}}
{%- endfor -%}{{- "</invoke>" -}}
{%- endfor -%}
{%- if tools and loop.first -%}{{- "\n" ~ tools | tojson -}}{%- endif -%}
{{- "[e~[\n" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "]~b]ai\n<think>\n" -}}{%- endif -%}
"""

# Opens a thought with a word of its own, and drops those of earlier turns.
OPENS_THOUGHT = """
{{- bos_token -}}
{%- for m in messages -%}
{%- set said = m.content.split("</thought>")[-1] if m.role == "assistant" and not loop.last else m.content -%}
{{- "[|" ~ m.role ~ "|]" ~ said ~ ("[|endofturn|]" if m.role != "user" else "") ~ "\n" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "[|assistant|]<thought>\n" -}}{%- endif -%}
"""

# Marks with START and END; an answer between marks as well.
START_AND_END = """
{{- bos_token -}}
{%- for m in messages -%}
{%- if m.role == "assistant" -%}
{{- "<|CHATBOT|>" -}}
{%- if m.thinking -%}{{- "<|START_THINKING|>" ~ m.thinking ~ "<|END_THINKING|>" -}}
{%- elif reasoning is defined and not reasoning -%}{{- "<|START_THINKING|><|END_THINKING|>" -}}{%- endif -%}
{{- "<|START_RESPONSE|>" ~ m.content ~ "<|END_RESPONSE|><|END_OF_TURN_TOKEN|>" -}}
{%- else -%}{{- "<|" ~ m.role | upper ~ "|>" ~ m.content ~ "<|END_OF_TURN_TOKEN|>" -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "<|CHATBOT|>" -}}
{%- if reasoning is defined and not reasoning -%}{{- "<|START_THINKING|><|END_THINKING|>" -}}{%- endif -%}
{%- endif -%}
"""

# Plain words; no mark ends an answer but the tokenizer's own.
PLAIN_WORDS = """
{%- for m in messages -%}
{%- if m.role == "user" -%}{{- "User: " ~ m.content ~ "\n" -}}
{%- elif m.role == "assistant" -%}{{- "Assistant: " ~ m.content ~ eos_token ~ "\n" -}}
{%- else -%}{{- m.content ~ "\n" -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "Assistant:" -}}{%- endif -%}
"""

# A clear switch that keeps thoughts of earlier turns, and one that turns them off.
TWO_SWITCHES = """
{%- for m in messages -%}
{{- "<|im_" ~ m.role ~ "|>" -}}
{%- if m.role == "assistant" -%}
{%- set keep = loop.last or (preserve_thinking is defined and preserve_thinking) -%}
{{- "<think>" ~ (m.reasoning_content or "" if keep else "") ~ "</think>" -}}
{%- endif -%}
{{- m.content -}}
{%- for c in m.tool_calls or [] -%}
{{- "<|call|>" ~ c.function.name ~ "<|with|>" ~ (c.function.arguments if c.function.arguments is string else c.function.arguments | tojson) -}}
{%- endfor -%}
{%- if tools and loop.first -%}{{- tools | tojson -}}{%- endif -%}
{{- "<|im_end|>" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- "<|im_assistant|>" -}}
{%- if thinking is defined and not thinking -%}{{- "<think></think>" -}}{%- endif -%}
{%- endif -%}
"""

# The tools stand only before a question that waits for its answer.
TOOLS_WHEN_ASKED = """
{%- for m in messages -%}
{%- if tools and loop.last and m.role != "assistant" -%}{{- "[TOOLS]" ~ tools | tojson ~ "[/TOOLS]" -}}{%- endif -%}
{{- "[" ~ m.role | upper ~ "]" ~ m.content -}}
{%- for c in m.tool_calls or [] -%}{{- "[CALL]" ~ c.function.name ~ "[WITH]" ~ c.function.arguments | tojson -}}{%- endfor -%}
{{- eos_token -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "[ASSISTANT]" -}}{%- endif -%}
"""

OWN = {
    "brackets": BRACKETS,
    "thinking parts": THINKING_PARTS,
    "own tags": OWN_TAGS,
    "a switch in the system text": SYSTEM_SWITCH,
    "no_think": NO_THINK,
    "opens and reads": OPENS_AND_READS,
    "opens a thought": OPENS_THOUGHT,
    "start and end": START_AND_END,
    "plain words": PLAIN_WORDS,
    "tools when asked": TOOLS_WHEN_ASKED,
    "two switches": TWO_SWITCHES,
}
