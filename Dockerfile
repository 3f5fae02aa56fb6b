# Tunebook's page in a container, on a CPU or on an NVIDIA GPU.
#
#   docker build -t tunebook .
#   docker run --rm -p 127.0.0.1:7860:7860 -v tunebook:/data tunebook
#
# For a GPU, with NVIDIA's container toolkit: build with
#   --build-arg BASE=nvidia/cuda:13.0.2-base-ubuntu24.04
# and run with --gpus all.
#
# Models and runs lie in the volume /data. The page asks for a password, which is in
# the log unless you set one: -e TUNEBOOK_AUTH=USER:PASSWORD.
# compose.yaml has all this written down; a Space of Hugging Face builds the same file.

# Any Debian or Ubuntu whose Python is 3.10 to 3.13.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

# Triton compiles its kernels with gcc against Python's headers. tini passes signals on
# and waits for what others leave behind, which no first process of ours would.
# hadolint ignore=DL3008
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates gcc libc6-dev python3 python3-dev python3-venv tini \
 && rm -rf /var/lib/apt/lists/*

# A Space runs everything as this number, which Ubuntu gives to a user of its own.
RUN { userdel --remove ubuntu 2>/dev/null || true; } \
 && useradd --create-home --uid 1000 tunebook \
 && install --directory --owner=tunebook --group=tunebook /data

# The exact versions of requirements.txt, without the tools of its developers; on a CPU
# a torch without the gigabytes of CUDA. NVIDIA's images name their CUDA_VERSION.
ARG CPU_TORCH=https://download.pytorch.org/whl/cpu
ENV PATH=/opt/tunebook/bin:$PATH
COPY . /src
RUN --mount=type=cache,target=/root/.cache/pip \
    if [ -z "$CUDA_VERSION" ]; then export PIP_EXTRA_INDEX_URL=$CPU_TORCH; fi \
 && python3 -m venv /opt/tunebook \
 && pip install --constraint /src/requirements.txt "/src[unsloth]" \
 && pip install --no-deps --requirement /src/requirements-unsloth.txt

USER 1000
WORKDIR /home/tunebook
ENV TUNEBOOK_HOME=/data HF_HOME=/data/huggingface PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 7860
HEALTHCHECK --start-period=3m --interval=30s --timeout=10s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/')"]

ENTRYPOINT ["tini", "--"]
CMD ["tunebook", "page", "--host", "0.0.0.0", "--port", "7860", "--no-browser"]
