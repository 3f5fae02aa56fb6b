# make run     install, fetch the starter model, start the page
# make test    install, bring Chromium if we may, lint, type check, run the tests
# make test-quick  the tests that start nothing and import nothing large
# make lint    ruff, mypy, imports alone   make install  everything but the page
# make test-install  the wheel by pip, uvx and pipx, and both ends of the versions: some
#                  GB and half an hour
# make docs    write the reference pages in docs/, the notebooks and the badges
# make screenshots  the pictures of both READMEs, from the real page: some minutes
# make test-gpu    all that only a GPU can show, on one card, in under nine minutes
# make gpu-folder  build/gpu: the same for a machine without a network; its wheels
#                  are named in wheels.txt, and brought along with WHEELS=1
# make space   build/space: what a Space of Hugging Face is made of (spaces/README.md)
# make clean   remove .venv and caches; models and runs stay in $TUNEBOOK_HOME
#
# Another Python: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test test-quick test-install test-gpu gpu-folder lint install starter\
  browser docs screenshots space clean
.DEFAULT_GOAL := run

# The page fetches the starter model if it is not there. What takes long says how long.
run: install
	$(BIN)/tunebook page

# Threads that wait by spinning starve a kernel beside them: 124 s instead of 8 s; and
# of two workers on two cores each has one.
# Files go out in the order of tests/order.py: what is slow must not come last.
PYTEST := OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 \
  --dist loadfile --no-loadscope-reorder

test: lint starter browser
	$(PYTEST) -m "not gpu and not install"

test-quick: install
	$(PYTEST) -m "not train and not browser and not gpu and not slow and not install"

# In environments of their own, one after the other: they fill the disk.
test-install: starter
	$(BIN)/pytest -m install

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

install: $(VENV)/installed

# Returns at once when the model is there.
starter: install
	$(BIN)/tunebook starter

# A stamp is touched last, so whatever was killed half-way is done again.
FITS := (3, 10) <= sys.version_info[:2] <= (3, 13)

$(VENV)/created:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install\
	 Python 3.10 to 3.13, or name yours: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not $(FITS))' || { echo "Tunebook needs\
	 Python 3.10 to 3.13, and $(PYTHON) is another: make PYTHON=python3.12"; exit 1; }
	@echo "1 of 2  Making a Python environment of its own, .venv: about 5 seconds."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/created requirements.txt requirements-unsloth.txt pyproject.toml
	@echo "2 of 2  Installing the libraries, once: about 2 minutes and 3 GB to download."
	$(PIP) install -r requirements.txt
	$(PIP) install --no-deps -r requirements-unsloth.txt
	$(PIP) install --no-deps -e .
	@touch $@

# The browser tests want a Chromium, and fonts for both languages of the page.
SUDO := $(shell test "$$(id -u)" = 0 || echo "sudo -n")
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -q

CHROMIUM := for name in chromium chromium-browser google-chrome; do \
	  command -v $$name && break; done

browser:
	@if test -n "$$($(CHROMIUM))"; then exit 0; \
	elif command -v apt-get >/dev/null && $(SUDO) true 2>/dev/null; then \
	  $(APT) update && $(APT) install -y --no-install-recommends \
	    chromium fonts-dejavu-core fonts-noto-cjk; \
	fi || true
	@test -n "$$($(CHROMIUM))" || echo "There is no Chromium here, and apt-get\
	 brought none: the browser tests will be skipped."

# In the folder, wheels.txt is there, and Python is that of the machine.
CARRIED := $(wildcard wheels.txt)

test-gpu: $(if $(CARRIED),,starter)
	$(if $(CARRIED),$(PYTHON),$(BIN)/python) tests/gpu/everything.py

# FOR is the other machine's Python; HAVE a file of packages that it has already (pip
# list --format freeze); CUDA=130 leaves bitsandbytes' other CUDAs out of its wheel.
FOR ?= 3.12

gpu-folder: starter
	$(BIN)/python tests/gpu/folder.py build/gpu --python $(FOR) \
	  $(if $(WHEELS),--wheels) $(if $(HAVE),--have $(HAVE)) $(if $(CUDA),--cuda $(CUDA))

docs: install
	$(BIN)/python docs/make.py
	$(BIN)/python colab/make.py

screenshots: starter browser
	$(BIN)/python docs/screenshots.py

# A Space reads its own README; the rest is what .dockerignore lets into the image.
SPACE := build/space

space:
	rm -rf $(SPACE) && mkdir -p $(SPACE)
	cp -R Dockerfile .dockerignore LICENSE pyproject.toml requirements.txt \
	  requirements-unsloth.txt recipes webui $(SPACE)
	cp spaces/README.md $(SPACE)/README.md
	find $(SPACE) -name __pycache__ -type d -prune -exec rm -rf {} +

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
