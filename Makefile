.DEFAULT_GOAL := help
.PHONY: score help demo test bench fuzz engines cluster

# A toolchain that rustup has just installed may not be on the PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build guidepost, do its own guides in Docker, and build their site with what came of it
	@scripts/prepare build
	@scripts/engine
	cargo build --release --locked
	@scripts/own-machine target/release/guidepost # for the guides about guidepost itself
	@mkdir -p target/proof
	cargo run --release --locked -- verify --report target/proof/report.json --record target/proof || { status=$$?; [ $$status = 1 ] || [ $$status = 3 ]; } # shown as such: a broken guide, a machine that this engine cannot have
	cargo run --release --locked -- build --report target/proof/report.json
	@echo
	@echo "The site is in $(CURDIR)/public. To read it:"
	@echo "  python3 -m http.server --directory public 8000    and open http://localhost:8000/"
	@echo "To run its guides from their pages:"
	@echo "  cargo run --release -- serve --report target/proof/report.json"

test: ## check everything, as CI does; installs what is missing
	@scripts/test

bench: ## time guidepost beside Zola and Hugo, its verification in Docker, its preview, writing with an open machine, a night, and what its search finds; options: make bench ARGS="--pages 200 --rounds 5"
	@scripts/prepare bench
	@scripts/engine docker
	tests/bench/run $(ARGS)
	tests/bench/verify
	tests/bench/serve
	tests/bench/lsp
	tests/bench/writing
	tests/bench/night
	tests/bench/search

cluster: ## do a library on a cluster of Slurm in containers, that loses a node and an engine; options: make cluster ARGS="--guides 24"
	@scripts/prepare build
	@scripts/engine docker
	cargo build --locked
	tests/cluster/run $(ARGS)

engines: ## do the same guides on Docker and Podman, with and without root, and write the table of the reference; needs root; options: make engines ARGS="rootless"
	@scripts/prepare engines
	@scripts/engine docker
	cargo build --locked
	tests/engines/run --write $(ARGS)

SECONDS ?= 60
fuzz: ## give guidepost's parsers and engines odd inputs; options: make fuzz SECONDS=1800 TARGETS="matching edit"
	@scripts/fuzz $(SECONDS) $(TARGETS)

score: ## score the plans of the tutorials in ../shared/library, if they are there
	@if [ -x ../shared/library/score-plans ]; then cargo build --locked && ../shared/library/score-plans --guidepost target/debug/guidepost ../shared/library; \
	status=$$?; scripts/plan-cost target/debug/guidepost ../shared/library; exit $$status; \
	else echo "SKIPPED: there is no library of tutorials at ../shared/library"; fi
