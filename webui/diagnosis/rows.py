"""Rows that could not be read, or that the trainer cannot put into a batch."""

from webui.diagnosis.cause import Cause

# What the collators of TRL and Transformers say of a row that is empty, nested, text
# where a number should be, or not as long as its labels.
COLLATOR = (
    r"expected sequence of length \d+ at dim|Could not infer dtype of NoneType"
    r"|new\(\): invalid data type|Unable to create tensor, you should probably"
    r"|Overflow when unpacking long|text input must be of type"
    r"|Expected input batch_size \(\d+\) to match target"
    r"|'NoneType' object is not iterable"
    r"|object of type 'NoneType' has no len"
    r"|unsupported operand type\(s\) for [^:]+: [^\n]*'NoneType'"
    r"|can only concatenate \w+ \(not \"NoneType\"\)"
)

ROWS = (
    Cause(
        "bad_row",
        rf"^(?:data|train|score|sweep) (?:TypeError|ValueError|RuntimeError): [^\n]*"
        rf"({COLLATOR})",
        "A row could not be put into a batch: a value in it is empty, nested, or "
        "of another kind than in the other rows ({found}).",
        "有一条数据无法放进批次：其中的值为空、有嵌套，"
        "或与其他数据类型不同（{found}）。",
        "Check all rows in the Data tab: it names the file and the line of each "
        "row that is not as the format wants it.",
        "请在“数据”页检查全部数据：会列出每条不合格数据的文件和行号。",
    ),
    # Reported by the CPU as an index, by CUDA as an assertion of a kernel.
    Cause(
        "out_of_vocabulary",
        r"(index out of range in self)|(Target \d+ is out of bounds)"
        r"|(device-side assert triggered)",
        "A number in a row is larger than the model's tables ({found}), most often "
        "a token that the tokenizer has and the model has not.",
        "数据中有编号超出模型的表（{found}），多半是分词器有、而模型没有的 token。",
        "Use the tokenizer and the chat template that came with the model. After a "
        "device-side assert, restart the kernel: the GPU does not answer before.",
        "请使用模型自带的分词器和对话模板。出现 device-side assert 后需重启内核，"
        "否则 GPU 不再响应。",
    ),
    Cause(
        "no_file",
        r"FileNotFoundError: (?:\[Errno 2\] )?([^\n]+)",
        "A file that {cell} needs is not there ({found}).",
        "{cell} 所需的文件不存在（{found}）。",
        "Check the recipe's paths (data.train_files, split.files), or upload "
        "the file again.",
        "请检查配方中的路径（data.train_files、split.files），或重新上传文件。",
    ),
    Cause(
        "no_column",
        r"^(?:data|score|sweep) KeyError: [\"']?([\w .-]+)"
        r"|Column ([\w .-]+) not in the dataset",
        "The rows have no column {found}, or not all of them have it.",
        "数据中没有 {found} 列，或有的行缺少该列。",
        "Choose the format that fits the file (data.format); the preview of the "
        "data shows its columns.",
        "请选择与文件相符的格式（data.format）；数据预览会显示各列。",
    ),
    Cause(
        "unreadable",
        r"DatasetGenerat|JSON parse error|JSONDecodeError|Error tokenizing data"
        r"|ArrowInvalid|CastError",
        "The data file could not be read as rows.",
        "无法从数据文件中读取各行。",
        "See the preview of the data: every row needs the same columns with the "
        "same kind of value.",
        "请查看数据预览：每行的列和取值类型必须一致。",
    ),
    Cause(
        "too_few_rows",
        r"resulting train set will be empty|test_size=.* should be",
        "The data file has too few rows to hold some of them out.",
        "数据太少，无法留出一部分。",
        "Add rows, name a held-out file of its own (split.files), or hold out fewer "
        "(the held-out share) or watch fewer (evaluation.rows).",
        "请增加数据、另外指定留出文件（split.files），"
        "或减少留出数据（留出比例）或评估数据（evaluation.rows）。",
    ),
)
