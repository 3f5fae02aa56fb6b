"""Why a row cannot be used, in both languages.

The functions that the notebook carries say it in plain English; here is the Chinese.
"""

import re

from webui.recipe.field import Text

# What stands in the brackets of a pattern goes into the {} of its translation.
CHINESE = (
    (r"(.+); the rest is left out", "{};其余部分已略去"),
    (r"(.+); the rows before it are kept", "{};此前的数据行已保留"),
    (r"the JSON ends too early", "JSON 不完整"),
    (r"is not JSON \((.+)\)", "不是有效的 JSON({})"),
    (r"is not CSV \((.+)\)", "不是有效的 CSV({})"),
    (r"is not a readable (.+)", "不是可读取的 {}"),
)
