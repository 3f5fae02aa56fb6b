"""The model hub: not reached, not allowed, not known, or cut off while it sent."""

from webui.diagnosis.cause import Cause

HUB = (
    Cause(
        "no_model",
        r"RepositoryNotFound|Repository Not Found|is not a valid model identifier"
        r"|Repo id must be",
        "There is no such model, neither as a folder here nor on the hub; or it is "
        "private.",
        "找不到该模型：本机没有这个文件夹，模型库也没有这个名称，或者它是私有的。",
        "Check the model's name (model.name). A private model needs Tunebook to be "
        "started with HF_TOKEN set.",
        "请检查模型名称（model.name）。私有模型需先设置 HF_TOKEN 再启动 Tunebook。",
    ),
    Cause(
        "no_dataset",
        r"Dataset '([^']+)' doesn't exist on the Hub",
        "The hub has no data set {found}, or it is private.",
        "模型库中没有数据集 {found}，或者它是私有的。",
        "Check its name (data.hub_dataset). A private data set needs Tunebook to "
        "be started with HF_TOKEN set.",
        "请检查名称（data.hub_dataset）。私有数据集需先设置 HF_TOKEN 再启动 Tunebook。",
    ),
    Cause(
        "no_token",
        r"LocalTokenNotFound|[Tt]oken is required|gated.*must be authenticated"
        r"|gated.*401 Client Error",
        "The hub wants to know who asks: this model or data set is gated, and no "
        "token is set.",
        "该模型或数据集需要授权，而本机没有设置令牌。",
        "Accept its terms on the hub, start Tunebook with HF_TOKEN set, and run "
        "again; or choose an open one.",
        "请在模型库接受条款，设置 HF_TOKEN 后重新启动 Tunebook 再运行；或改用公开的。",
    ),
    Cause(
        "gated",
        r"GatedRepo|gated repo|gated dataset",
        "The model hub did not let this machine download it: it is gated, and this "
        "account has no access yet.",
        "模型库拒绝下载：它需要授权，而该账号还没有权限。",
        "Accept the licence on its page of the hub with the account of HF_TOKEN, "
        "wait until access is granted, and run again; or choose an open one.",
        "请用 HF_TOKEN 所属账号在模型库页面接受许可，获得权限后再运行；或改用公开的。",
    ),
    Cause(
        "refused_token",
        r"40[13] Client Error|'40[13] (?:Unauthorized|Forbidden)'"
        r"|Invalid credentials|Invalid username or password",
        "The hub does not accept the token of this machine.",
        "模型库不接受本机的令牌。",
        "Start Tunebook with a valid HF_TOKEN; an open model needs none, so an old "
        "token may as well be removed.",
        "请设置有效的 HF_TOKEN 后启动 Tunebook；公开模型不需要令牌，可删除旧令牌。",
    ),
    Cause(
        "cut_off",
        r"peer closed connection|IncompleteRead|incomplete chunked read"
        r"|ChunkedEncodingError|Consistency check failed|ReadTimeout|Connection broken",
        "The download was cut off before its end.",
        "下载中断，文件不完整。",
        "Run again: what has arrived is kept, and the rest is fetched.",
        "请重新运行：已下载的部分会保留，只补下载其余部分。",
    ),
    Cause(
        "unreachable",
        r"couldn't connect to|Couldn't reach|ConnectError|ConnectTimeout"
        r"|ConnectionError|MaxRetryError|LocalEntryNotFound|OfflineMode|offline mode"
        r"|Name or service not known|Temporary failure in name resolution"
        r"|No config file found",
        "The model hub could not be reached, and the model is not on this machine.",
        "无法连接模型库，本机也没有该模型。",
        "Check the network, or choose the starter or a local folder. "
        "HF_ENDPOINT names a mirror; HF_HUB_OFFLINE must not be set.",
        "请检查网络，或选择 starter 或本地文件夹。"
        "可用 HF_ENDPOINT 指定镜像；不要设置 HF_HUB_OFFLINE。",
    ),
    Cause(
        "hub_error",
        r"'((?:429|5\d\d) [\w ]+)' for url|((?:429|5\d\d)) (?:Client|Server) Error",
        "The hub answers with an error of its own ({found}).",
        "模型库返回错误（{found}）。",
        "Try again in a few minutes, or set HF_ENDPOINT to a mirror.",
        "请几分钟后重试，或用 HF_ENDPOINT 指定镜像。",
    ),
)
