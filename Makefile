# SPDX-License-Identifier: GPL-2.0-only
#
# The front door; `make help` lists what is behind it. How things are compiled stands in
# mk/flavours.mk, which targets there are in mk/targets.mk, all that needs a shell in scripts/.

# A CC that was asked for compiles everything it can; else each flavour has its own.
comma := ,
first = $(notdir $(shell for c in $1; do command -v $$c && break; done))
ifeq ($(origin CC),default)
GCC := $(or $(call first,gcc-12 cc clang-14 clang),gcc-12)
else
GCC := $(CC)
endif
CLANG := $(or $(if $(findstring clang,$(GCC)),$(GCC)),$(call first,clang-14 clang),clang-14)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

# `make bugs` takes a pattern; it builds its faults one by one.
ifneq ($(filter bugs,$(MAKECMDGOALS)),)
export PATTERN := $(B)
override B :=
endif

include mk/targets.mk
include mk/flavours.mk
include mk/kernel.mk

# Scripts find the variables of the command line in their environment, and these.
TARGET_HWS := $(foreach r,$(TARGET_ROWS) $(KERNEL_ROWS),$(call row_name,$r):$(call row_hw,$r))
export GCC CLANG TARGETS KERNEL_TARGETS KERNEL_FETCH TARGET_HWS FUZZ REPLAY

.PHONY: all help fuzz soak check check-report replay stress bench bugs ablation corpus iommupt campaign \
	campaign-status oss-fuzz-check coverage deps targets target-rows clean

# The library and a replayer for each target.
all: build/libiommupt.a $(TARGETS:%=build/replay/fuzz_%)

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

# Doors install what they need first, and only then let make look at what is there.
fuzz:
	@scripts/deps.sh fuzz
	@+scripts/fuzz.sh

check:
	@scripts/deps.sh check
	@+scripts/check.sh

check-report:
	@scripts/deps.sh page
	@+scripts/check-report.sh

replay:
	@scripts/deps.sh build
	@+scripts/replay.sh

stress:
	@scripts/deps.sh build
	@+scripts/stress.sh

bench:
	@scripts/deps.sh build bench afl
	@+scripts/bench.sh

iommupt:
	@scripts/deps.sh build report
	@+$(MAKE) -s --no-print-directory build/iommupt

bugs:
	@scripts/deps.sh fuzz
	@+scripts/bugs.sh

ablation:
	@scripts/deps.sh fuzz
	@+scripts/bugs-ablation.sh

corpus:
	@scripts/deps.sh fuzz report
	@+scripts/corpus-distil.sh

soak:
	@scripts/deps.sh fuzz
	@+scripts/soak.sh

campaign:
	@scripts/deps.sh afl report
	@+scripts/campaign.sh

campaign-status:
	@scripts/campaign.sh status

oss-fuzz-check:
	@scripts/deps.sh oss
	@scripts/oss-fuzz-check.sh

coverage:
	@scripts/deps.sh coverage
	@+scripts/coverage.sh

deps:
	@scripts/deps.sh all

targets:
	@printf '%s\n' $(TARGETS) $(KERNEL_TARGETS)

# The same with how each is built, all or those of T, for oss-fuzz/build.sh.
target-rows:
	@printf '%s\n' $(filter $(if $(T),$(T:=:%),%),$(TARGET_ROWS) $(KERNEL_ROWS))

clean:
	rm -rf build

#: Fuzzing IOMMU page tables: the engine in core/, the harness in fuzz/.
#:
#:   make                    the library build/libiommupt.a and the replayers build/replay/fuzz_*
#:   make fuzz               fuzzes a target from its corpus, under ASan and UBSan
#:   make soak               fuzzes all targets in turn and watches their memory (TIME_S=3600, T=)
#:   make check              every test; ends with "N passed, N failed"
#:   make check-report       opens a report of the triage tool in headless Chromium
#:   make replay F=FILE      replays an input, or a directory of them
#:   make stress             real threads on shared tables, natively and under ThreadSanitizer
#:   make bench              what a call costs, beside an engine that does nothing
#:   make campaign           a fleet of AFL++ on a target (T=, JOBS=, TIME_S=; T=all: each in turn)
#:   make campaign-status    how it goes, from another terminal
#:   make iommupt            the triage tool build/iommupt: show, shrink, emit, inbox, keep
#:   make bugs               which planted faults are found, and how fast; the table is docs/bugs.md
#:   make ablation           what each part of input generation is worth
#:   make corpus             keeps the best of what was fuzzed (T=, FROM=) beside the scenarios of corpus/
#:   make oss-fuzz-check     builds as OSS-Fuzz does and looks at what its checks look at (T=, ROWS=)
#:   make coverage           lines of core/ that the corpus reaches, and those it does not
#:   make deps               installs what any of these needs (each installs its own by itself)
#:   make targets            names of the targets, one a line
#:   make clean              removes build/
#:
#: Variables:
#:   T=ops_amdv1             the target
#:   KERNEL_BENCH=1          bench: with the kernel's engines
#:   KERNEL=DIR              a tree for the targets on the kernel's code, not Debian's sources
#:   TIME_S=60               seconds to fuzz
#:   JOBS=1                  fuzzing processes at once
#:   CC=clang-14             compiler; any clang from 14 on, gcc where nothing is fuzzed
#:   SAN=address,undefined   sanitizers; memory, thread, none
#:   CORPUS=DIR              starts from these inputs; from nothing with CORPUS=empty
#:   FROM=DIR                what make corpus distils, build/runs/T/corpus if not given
#:   B=NAME                  builds the fault bugs/NAME.patch in; for bugs a pattern
#:   SEEDS=3                 runs for each fault
#:   CHECKS="rules unit"     only these groups of checks, see scripts/check/
