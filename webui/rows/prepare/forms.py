"""In which form the rows reach the trainer, and why the trainer cannot make the tokens
where it cannot."""

from collections import Counter
from dataclasses import dataclass, field

from webui.chat.conversation import Chat, has_thought
from webui.chat.vanished import Lost
from webui.figures import whole
from webui.notebook.rows import PACKED, Form
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.rows.chat_warnings import SHOWN, loses
from webui.rows.each import Kept
from webui.rows.encoding import is_read_otherwise
from webui.text import Text

COMPARED = 1000  # rows whose question is tokenized alone as well: that takes long
ONE_BY_ONE = "it takes rows one by one, and these are very many"
READ_OTHERWISE = "tokens at the end of a question change with the answer after it"
SOME_MARKED = "the chat template marks the answers of only some of these rows"
UNMARKED = "the chat template does not mark where answers begin and end"


@dataclass
class Seen:
    """What was seen of the rows while they went by."""

    rows: int = 0
    made: str = ""
    several: bool = False
    otherwise: bool = False
    apart: bool = False
    marked: int = 0
    long_text: bool = False
    options: list[dict] = field(default_factory=list)
    thinks: bool = False
    thought_end: str = ""
    lost: dict[Lost, list[Kept]] = field(default_factory=dict)
    losing: Counter[Lost] = field(default_factory=Counter)

    def add(self, kept: Kept, chat: Chat, longest: int) -> None:
        """Look at one row."""
        tokenizer = chat.template.tokenizer
        self.rows += 1
        for kind in kept.lost:
            self.losing[kind] += 1
            if self.losing[kind] <= SHOWN:
                self.lost.setdefault(kind, []).append(kept)
        for part in kept.sequences:
            self.made = self.made or part.made
            self.several |= len(part.learned) > 1
            if not self.otherwise and self.rows <= COMPARED:
                self.otherwise = is_read_otherwise(tokenizer, part)
            options = dict(part.options or {})
            if options not in self.options:
                self.options.append(options)
        self.apart |= len(kept.sequences) > 1
        self.marked += all(part.marked for part in kept.sequences)
        if "messages" not in kept.mapped:
            self.long_text |= is_long_text(kept.mapped["text"], chat, longest)
        elif chat.thoughts and not self.thinks:
            self.look_for_thought(kept, chat)

    def look_for_thought(self, kept: Kept, chat: Chat) -> None:
        """Remember what stands between a thought and its answer."""
        for part in kept.sequences:
            message = kept.mapped["messages"][part.turns[-1]]
            if has_thought(message):
                self.thinks = True
                self.thought_end = thought_end(part.text, message, chat)


def stops(seen: Seen) -> tuple[tuple[str, str], ...]:
    """What the chat template loses, counted over all rows."""
    total = whole(seen.rows)
    told = []
    for kind, rows in seen.lost.items():
        count = whole(seen.losing[kind])
        some = Text(f"{count} of {total} rows", f"{total} 条中的 {count} 条")
        text = loses(kind, some, rows)
        told.append((text.en, text.zh))
    return tuple(told)


def is_long_text(text: str, chat: Chat, longest: int) -> bool:
    """Whether a text has more tokens than a sequence may have, its end token too."""
    if len(text.encode("utf-8", "replace")) + 2 <= longest:
        return False  # a token is a byte at least
    return len(chat.template.tokenizer(text)["input_ids"]) + 1 > longest


def thought_end(text: str, message: dict, chat: Chat) -> str:
    """What stands between a thought and its answer, special tokens left out."""
    tokenizer = chat.template.tokenizer
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    shown = str(tokenizer.decode(ids, skip_special_tokens=True))
    thought, said = message["reasoning_content"].strip(), message["content"].strip()
    between = shown.rpartition(thought)[2]
    return between.partition(said)[0].strip() if said else between.strip()


def form_of(recipe: Recipe, seen: Seen, *, many: bool) -> tuple[Form, str]:
    """The form of the rows, and why the cell makes the tokens, where it does."""
    data = recipe.data
    if objective_of(recipe).columns:
        return "columns", ""
    if data.format == "text":
        if data.packing or seen.long_text:
            return "pieces", PACKED if data.packing else "it would cut long texts off"
        return "text", ""
    if data.packing:
        return "tokens", PACKED
    if seen.made:
        return "tokens", seen.made
    if many:
        return "tokens", ONE_BY_ONE
    if data.train_on == "everything" or seen.marked == seen.rows:
        return "messages", ""
    if seen.several or seen.marked:
        return "tokens", SOME_MARKED if seen.marked else UNMARKED
    if seen.otherwise:
        return "tokens", READ_OTHERWISE
    return "completion", ""
