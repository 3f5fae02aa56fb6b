"""What the notebook says and runs, in both languages.

``<word>`` in a cell stands for its text in ``said``, ``<address>`` for what pip installs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from webui.text import Text

NAMES = Text("tunebook.ipynb", "tunebook.zh.ipynb")
BADGE = Text("Open in Colab", "在 Colab 中打开")
NO_BADGE = Text(
    "The notebook for Colab and Kaggle is {name}: upload it there. (A badge that opens it "
    "stands here once the owner of the repository has set its address, in "
    "`[project.urls]` of pyproject.toml.)",
    "Colab 和 Kaggle 的笔记本是 {name}：请在那里上传。（仓库所有者在 pyproject.toml 的 "
    "`[project.urls]` 中设置地址后，这里会出现一键打开的徽章。）",
)


@dataclass(frozen=True)
class Cell:
    """A cell of the notebook: its text, and what of it is said in two languages."""

    name: str
    kind: str
    text: str
    said: Mapping[str, Text] = field(default_factory=dict)


def prose(name: str, english: str, chinese: str) -> Cell:
    """A cell that is read."""
    return Cell(name, "markdown", "<all>", {"all": Text(english, chinese)})


SOURCE_TOLD = prose(
    "source",
    """
Tunebook is installed from <origin>. To take another copy, write a git address, a folder or the file of a wheel (upload it under *Files*) into `SOURCE`; it is never taken from a package index by its name.
""",
    """
Tunebook 的安装来源：<origin>。要使用其他副本，请在 `SOURCE` 中填写 git 地址、文件夹或 wheel 文件（在*文件*面板中上传）；绝不会按名称从软件包索引安装。
""",
)
ORIGIN = Text(
    "what `SOURCE` or the variable `TUNEBOOK_SOURCE` names, for the address of this "
    "notebook's repository is not set (its owner writes it into `[project.urls]` of "
    "`pyproject.toml` and runs `make docs`)",
    "`SOURCE` 或环境变量 `TUNEBOOK_SOURCE` 指定的来源，因为尚未设置本笔记本所在仓库的地址"
    "（由仓库所有者写进 `pyproject.toml` 的 `[project.urls]`，并运行 `make docs`）",
)

TITLE = prose(
    "title",
    """
# Tunebook

Fine-tune a language model in your browser on one small GPU, and keep the notebook.

1. *Runtime → Change runtime type → T4 GPU*. A CPU works too, with the starter model: it learns there in about two minutes.
2. *Runtime → Run all*. The page opens in the output of the last cell; nothing is shared with the internet.
3. In the page, press **Run all**: the starter model learns. Then open **Compare**.
""",
    """
# Tunebook

在浏览器中用一块小 GPU 微调语言模型，并留下笔记本。

1. *代码执行程序 → 更改运行时类型 → T4 GPU*。没有 GPU 也可以：入门模型在 CPU 上约两分钟即可学会。
2. *代码执行程序 → 全部运行*。页面会在最后一个单元格的输出中打开；不会向互联网共享任何内容。
3. 在页面中点击**全部运行**：入门模型开始学习。完成后打开**对比**。
""",
)

INSTALL = Cell(
    "install",
    "code",
    """
SOURCE = ""  # @param {type:"string"}

import os
import subprocess
import sys

source = SOURCE or os.environ.get("TUNEBOOK_SOURCE") or "<address>"
if "/" not in source and not source.endswith(".whl"):
    raise SystemExit(
<no source>
    )

# <apart>
place = os.path.abspath("tunebook-env")
apart = ["-m", "venv", "--without-pip", "--system-site-packages", place]
subprocess.run([sys.executable, *apart], check=True)
os.environ["PATH"] = f"{place}/bin:{os.environ['PATH']}"
!python -m pip install -q --no-deps --force-reinstall "{source}"
!python -m webui.install
if _exit_code:
    raise SystemExit("<failed>")
""",
    {
        "no source": Text(
            '        "Write a git address, a folder or the file of a wheel into SOURCE: this "\n'
            '        "notebook has no address of its own, and a bare name can be anyone\'s."',
            '        "请在 SOURCE 中填写 git 地址、文件夹或 wheel 文件：本笔记本没有自己的地址，"\n'
            '        "而软件包索引上的名称可能属于任何人。"',
        ),
        "apart": Text(
            "An environment of its own: it sees this machine's torch and keeps it, and\n"
            "# changes none of the machine's packages.",
            "独立的环境：沿用本机已有的 torch，不改动本机的任何软件包。",
        ),
        "failed": Text(
            "Tunebook could not be installed; the lines above say why.",
            "无法安装 Tunebook；原因见上面的输出。",
        ),
    },
)

KEEP_TOLD = prose(
    "keep-told",
    """
**Keep your runs.** A runtime forgets its disk when it ends. Tick the box, and recipes, runs, checkpoints and the starter model lie in your Google Drive instead. When a runtime was cut off in the middle of a training: open this notebook again, with the box ticked, *Run all*, and press **Resume** on the page's **Runs** tab; it goes on from the last whole checkpoint. On Kaggle they lie in `/kaggle/working`.
""",
    """
**保留运行记录。** 运行时结束后，其磁盘内容会丢失。勾选下面的选项，配方、运行、检查点和入门模型就会保存在 Google Drive 中。如果训练中途运行时被切断：重新打开本笔记本，勾选该选项，*全部运行*，然后在页面的**运行记录**标签页点击**继续训练**；训练会从最后一个完整的检查点继续。在 Kaggle 上，它们保存在 `/kaggle/working`。
""",
)

KEEP = Cell(
    "keep",
    "code",
    """
keep_on_drive = False  # @param {type:"boolean"}

import os

if keep_on_drive:
    from google.colab import drive

    drive.mount("/content/drive")
    os.environ["TUNEBOOK_HOME"] = "/content/drive/MyDrive/tunebook"
elif os.path.isdir("/kaggle/working"):
    os.environ.setdefault("TUNEBOOK_HOME", "/kaggle/working/tunebook")
""",
)

OPEN = Cell(
    "open",
    "code",
    """
import shutil
import subprocess
import time

PORT = 7860
if not shutil.which("tunebook"):
    raise SystemExit("<not yet>")
if "page" in globals():  # <again>
    page.terminate()
    page.wait()
!tunebook starter
log = open("tunebook-page.log", "w")
words = ["tunebook", "page", "--no-browser", "--port", str(PORT)]
page = subprocess.Popen(words, stdout=log, stderr=log)
address = f"http://127.0.0.1:{PORT}"
# <until open>
while page.poll() is None and " is open at " not in open(log.name).read():
    time.sleep(0.5)
if page.poll() is not None:
    raise SystemExit(open(log.name).read())

try:
    from google.colab import output
except ImportError:
    from IPython.display import IFrame

    display(IFrame(address, "100%", 900))
else:
    output.serve_kernel_port_as_iframe(PORT, height=900)
""",
    {
        "again": Text("this cell ran before", "本单元格已运行过"),
        "not yet": Text(
            "Run the first code cell: it installs Tunebook.",
            "请先运行第一个代码单元格：它会安装 Tunebook。",
        ),
        "until open": Text(
            "Another page on this port would answer as well.",
            "同一端口上若有别的页面，也会应答，因此以日志为准。",
        ),
    },
)

COMMANDS = """```
!tunebook run starter-extract --set training.learning_rate=5e-4
!tunebook runs
!tunebook resume RUN
!tunebook plan llama2-rank-study --card t4
!tunebook doctor
```"""
MORE = prose(
    "more",
    f"""
The page is a view: the training runs in a kernel of its own and goes on if you close it. Everything it can do, a cell can do too:

{COMMANDS}

- **A T4** has 16 GB, of which 14.7 GiB can be used, and computes in fp16: it has no bf16. The page's **Parameters** tab, and `tunebook plan`, say before anything is loaded whether a model fits, and what to change if not.
- **Colab's rules:** its FAQ says that free runtimes are not meant for web interfaces that take the notebook's place. This page stays inside a cell, no link is shared, and all of it is also a command; yet Colab decides, and may end a free runtime.
- **Kaggle** shows no page of a local address in a cell: use the commands there. `!tunebook page --share` makes a public link behind a password that it prints, if you want one.
""",
    f"""
页面只是视图：训练在独立的内核中进行，关闭页面也会继续。页面能做的一切，单元格中的命令也能做到：

{COMMANDS}

- **T4** 有 16 GB 显存，其中 14.7 GiB 可用；它以 fp16 计算，不支持 bf16。页面的**参数**标签页和 `tunebook plan` 会在加载任何内容之前说明模型能否放下，放不下时该改什么。
- **Colab 的规则：** 其常见问题写明，免费运行时不适用于取代笔记本的网页界面。本页面只在单元格中显示，不共享链接，所有功能也都有对应的命令；但最终由 Colab 决定，它可能会终止免费运行时。
- **Kaggle** 无法在单元格中显示本地地址的页面：请在那里使用命令。如有需要，`!tunebook page --share` 会生成一个公开链接，并设有密码（密码会打印出来）。
""",
)

CELLS = (TITLE, SOURCE_TOLD, INSTALL, KEEP_TOLD, KEEP, OPEN, MORE)
