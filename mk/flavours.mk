# SPDX-License-Identifier: GPL-2.0-only
#
# How things are compiled. A flavour is a compiler and its flags. build/<flavour>/ holds its
# objects, libcore.a (the engine), libhook.a (the engine, whose accesses race targets interleave),
# libplain.a (the engine, whose branches nobody counts), libharness.a (all of fuzz/ but the targets),
# fuzz_<target> and tests/test_*;
# build/bugs/<fault>/<flavour>/ the same with bugs/<fault>.patch built in.

# $(call sanitize,SANITIZERS); a flavour that was asked for sanitizers is called after them.
sanitize = $(if $(filter-out none,$1),-fsanitize=$1 -fno-sanitize-recover=all -fno-omit-frame-pointer)
san_suffix = $(if $1,-$(subst $(comma),-,$1))
DEFAULT_SAN := address$(comma)undefined
FUZZ := fuzz$(call san_suffix,$(filter-out $(DEFAULT_SAN),$(SAN)))
REPLAY := replay$(call san_suffix,$(SAN))

# Inlining across files makes fuzzing faster. GNU ld and ar need clang's plugin for it; what it makes of
# a file is kept for the next program.
LTO := $(wildcard $(dir $(realpath $(shell command -v $(CLANG))))../lib/LLVMgold.so)
AR := ar $(LTO:%=--plugin %)

# <flavour>_CC, <flavour>_FLAGS, and <flavour>_MAIN where not fuzz/replay.c has the main().
CHECKED := -g -DPT_ASSERTS
$(FUZZ)_CC := $(CLANG)
$(FUZZ)_FLAGS := -O2 $(CHECKED) -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp,indirect-calls \
	$(call sanitize,$(or $(SAN),$(DEFAULT_SAN))) $(LTO:%=-flto=thin)
$(FUZZ)_MAIN := -DDRIVEN_BY_LIBFUZZER=1 -fsanitize=fuzzer \
	$(LTO:%=-Wl$(comma)-plugin-opt$(comma)cache-dir=build/lto)
# What a fuzzer should explore is the engine: counting branches of the harness halves its speed,
# but for the parser and for interleavings. Operands of comparisons are no bytes of the input.
$(FUZZ)_HARNESS := -fno-sanitize=fuzzer-no-link
COUNTED := ops/parse race% fiber/%
# What decides and judges, but touches no memory that the engine does: corpora are replayed with these
# under sanitizers, too, fuzzed without.
UNWATCHED := check oracle/hw% oracle/shadow oracle/cache ops/config ops/decode ops/facts ops/invent ops/mutate \
	ops/table ops/universe
$(FUZZ)_UNWATCHED := $(if $(filter memory thread,$(subst $(comma), ,$(SAN))),,-fno-sanitize=address -fno-sanitize=undefined)
$(REPLAY)_CC := $(CLANG)
$(REPLAY)_FLAGS := -O1 $(CHECKED) $(call sanitize,$(SAN))
replay_CC := $(GCC)
replay_FLAGS := -O2 $(CHECKED)
quick_CC := $(GCC)
quick_FLAGS := -O0 $(CHECKED)
replay32_CC := $(GCC)
replay32_FLAGS := -m32 -O2 $(CHECKED)
replay-clang32_CC := $(CLANG)
replay-clang32_FLAGS := -m32 -O1 $(CHECKED)
replay-address-undefined_CC := $(CLANG)
replay-address-undefined_FLAGS := -O1 $(CHECKED) $(call sanitize,$(DEFAULT_SAN))
coverage_CC := $(CLANG)
coverage_FLAGS := -O1 -g -Dpt_likely= -Dpt_unlikely= -fprofile-instr-generate -fcoverage-mapping
afl_CC := AFL_QUIET=1 afl-clang-fast
afl_FLAGS := -O2 $(CHECKED)
afl_MAIN := -fsanitize=fuzzer
afl_HARNESS := --afl-noopt
afl-asan_CC := AFL_QUIET=1 afl-clang-fast
afl-asan_FLAGS := -O1 $(CHECKED) $(call sanitize,$(DEFAULT_SAN))
afl-asan_MAIN := -fsanitize=fuzzer
afl-asan_HARNESS := --afl-noopt
afl-cmplog_CC := AFL_QUIET=1 AFL_LLVM_CMPLOG=1 afl-clang-fast
afl-cmplog_FLAGS := -O1 $(CHECKED)
afl-cmplog_MAIN := -fsanitize=fuzzer
afl-cmplog_HARNESS := --afl-noopt
product_CC := $(GCC)
product_FLAGS := -O2
product-clang_CC := $(CLANG)
product-clang_FLAGS := -O2
FLAVOURS := $(sort $(FUZZ) $(REPLAY) replay quick replay32 replay-clang32 replay-address-undefined \
	coverage afl afl-asan afl-cmplog product product-clang)

# The engine is freestanding in every flavour; the oracles see no header of it.
CORE_FLAGS := -ffreestanding -Icore
FUZZ_FLAGS := -Ifuzz -Icore
ORACLE_FLAGS := -Ifuzz
HOOK_FLAGS := $(CORE_FLAGS) -DPT_HOOK
# ThreadSanitizer watches the engine; the harness, which fibers share, tells it of accesses itself.
# Counters of branches inside the engine would be races too: those of the interleaver must do.
is_tsan = $(findstring thread,$($1_FLAGS))
harness_flags = $(if $(is_tsan),-fno-sanitize=thread -DFIBER_TSAN)
engine_flags = $(if $(is_tsan),-fno-sanitize=fuzzer-no-link)

# No warning gets past the two compilers that everything is tried with.
cc = $($1_CC) -std=gnu11 -Wall -Wextra $(if $(filter gcc-12 clang-14,$($1_CC)),-Werror) $($1_FLAGS)
compile = $(call cc,$1) $2 -MMD -MP -c -o $@

CORE := $(patsubst %.c,%.o,$(wildcard core/*.c))
HOOK := $(CORE:core/%=hook/%)
FORMATS := $(filter-out formats,$(CORE:core/%.o=%))
HARNESS := $(patsubst %.c,%.o,$(filter-out %/dict.c %/asm.c fuzz/replay.c,$(wildcard \
	fuzz/*.c fuzz/ops/*.c fuzz/oracle/*.c fuzz/fiber/*.c fuzz/engines/core*.c)))
HEADERS := $(wildcard core/*.h core/fmt/*.h fuzz/*.h fuzz/*/*.h)
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
TEST_HOST := $(filter-out tests/test_% $(addprefix tests/,stress.c bench_fiber.c digest.c),$(wildcard tests/*.c))

# $(eval $(call flavour_rules,FLAVOUR))
define flavour_rules
build/$1/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(call cc,$1) $($1_HARNESS) $($1_UNWATCHED)' | cmp -s - $$@ || \
		echo '$$(call cc,$1) $($1_HARNESS) $($1_UNWATCHED)' > $$@
build/$1/core/%.o: core/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(CORE_FLAGS)) $$<
build/$1/hook/%.o: core/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(HOOK_FLAGS) $(call engine_flags,$1)) $$<
build/$1/plain/%.o: core/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(CORE_FLAGS) $($1_HARNESS)) $$<
build/$1/fuzz/%.o: fuzz/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(FUZZ_FLAGS) $$(if $$(filter $(COUNTED),$$*),,$($1_HARNESS)) \
		$$(if $$(filter $(UNWATCHED),$$*),$($1_UNWATCHED)) $(call harness_flags,$1)) $$<
build/$1/fuzz/oracle/%.o: fuzz/oracle/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(ORACLE_FLAGS) $($1_HARNESS) \
		$$(if $$(filter $(UNWATCHED),oracle/$$*),$($1_UNWATCHED)) $(call harness_flags,$1)) $$<
build/$1/libcore.a: $$(CORE:%=build/$1/%)
build/$1/libhook.a: $$(HOOK:%=build/$1/%)
build/$1/libplain.a: $$(CORE:core/%=build/$1/plain/%)
$(FORMATS:%=build/$1/libcore_%.a): build/$1/libcore_%.a: build/$1/core/formats.o build/$1/core/%.o
$(FORMATS:%=build/$1/libhook_%.a): build/$1/libhook_%.a: build/$1/hook/formats.o build/$1/hook/%.o
build/$1/libharness.a: $$(HARNESS:%=build/$1/%)
build/$1/tests/%.o: tests/%.c build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,-Itests $(FUZZ_FLAGS)) $$<
build/$1/tests/libhost.a: $$(TEST_HOST:%.c=build/$1/%.o)
build/$1/tests/test_%: tests/test_%.c $$(wildcard tests/*.h) $$(HEADERS) \
		build/$1/tests/libhost.a build/$1/libharness.a build/$1/libcore.a
	@mkdir -p $$(@D)
	$$(call cc,$1) -Itests $(FUZZ_FLAGS) -o $$@ $$(filter %.c %.a,$$^) -lcmocka -lpthread
build/$1/stress build/$1/bench_fiber: build/$1/%: tests/%.c build/$1/libharness.a build/$1/libcore.a
	$$(call cc,$1) $(FUZZ_FLAGS) -o $$@ $$(filter %.c %.a,$$^) -lpthread
build/$1/bench: $$(wildcard bench/*.[ch]) build/$1/libharness.a build/$1/libcore.a
	$$(call cc,$1) $(FUZZ_FLAGS) -o $$@ $$(filter %.c %.a,$$^)
-include $$(wildcard build/$1/core/*.d build/$1/hook/*.d build/$1/plain/*.d build/$1/fuzz/*.d build/$1/fuzz/*/*.d \
	build/$1/tests/*.d)
endef

# A fault's patch is applied to a copy of the sources. What a program has of it are the files that the
# patch touches or, if those are headers, all of that side: of core/ its callers and the program's own
# format, if it is named after one. The healthy archives bring the rest. Patches may use fuzz/bugs.h.
FAULTS := $(sort $(B) $(foreach r,$(TARGET_ROWS),$(call row_fault,$r)))
$(foreach b,$(FAULTS),$(if $(wildcard bugs/$b.patch),,$(error no fault bugs/$b.patch)))
$(foreach b,$(FAULTS),$(eval touched_$b := $(shell sed -n 's|^+++ b/\([^[:space:]]*\).*|\1|p' bugs/$b.patch)))
fault_objects = $(sort $(patsubst %.c,%.o,$(filter %.c,$(touched_$1)))\
	$(if $(filter core/%.h,$(touched_$1)),\
		$(or $(call own_format,$2),$(CORE)) $(filter fuzz/engines/%,$(HARNESS)))\
	$(if $(filter fuzz/%.h,$(touched_$1)),$(HARNESS)))
own_format = $(strip $(foreach f,$(FORMATS),$(if $(filter %_$f,$1),core/$f.o)))

# B= may name many faults; they are built in these flavours.
B_FLAVOURS := $(sort $(FUZZ) $(REPLAY) replay quick)

build/bugs/%/src/.patched: bugs/%.patch $(HEADERS) $(CORE:.o=.c) $(HARNESS:.o=.c)
	@scripts/plant.sh $*

# $(eval $(call fault_rules,FLAVOUR,FAULT))
in_copy = -Wno-error -include fuzz/bugs.h $(subst -I,-Ibuild/bugs/$1/src/,$2)
define fault_rules
build/bugs/$2/$1/core/%.o: build/bugs/$2/src/.patched build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(call in_copy,$2,$(CORE_FLAGS))) build/bugs/$2/src/core/$$*.c
build/bugs/$2/$1/hook/%.o: build/bugs/$2/src/.patched build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(call in_copy,$2,$(HOOK_FLAGS)) $(call engine_flags,$1)) build/bugs/$2/src/core/$$*.c
build/bugs/$2/$1/fuzz/%.o: build/bugs/$2/src/.patched build/$1/flags
	@mkdir -p $$(@D)
	$$(call compile,$1,$(call in_copy,$2,$(FUZZ_FLAGS)) $(call harness_flags,$1)) build/bugs/$2/src/fuzz/$$*.c
endef

# $(eval $(call program_rules,FLAVOUR,ROW,DIRECTORY,FAULT))
engine_of = $(if $(filter race.c,$(call row_source,$1)),hook,core)
# Where branches are counted, the program's own format is what counts.
own_engine = $(and $($1_HARNESS),$(call own_format,$(call row_name,$2)))
engine_libs = $(if $(own_engine),\
	$(own_engine:core/%.o=build/$1/lib$(call engine_of,$2)_%.a) build/$1/libplain.a,\
	build/$1/lib$(call engine_of,$2).a)
define program_rules
$3/fuzz_$(call row_name,$2): fuzz/targets/$(call row_source,$2) $(if $($1_MAIN),,fuzz/replay.c) $$(HEADERS) \
		$(if $4,build/bugs/$4/src/.patched \
			$(patsubst %,build/bugs/$4/$1/%,$(patsubst core/%,$(call engine_of,$2)/%,\
				$(call fault_objects,$4,$(call row_name,$2))))) \
		build/$1/libharness.a $(call engine_libs,$1,$2)
	@mkdir -p $$(@D)
	$$(call cc,$1) $(if $4,$(call in_copy,$4,$(FUZZ_FLAGS)),$(FUZZ_FLAGS)) $(call row_defines,$2) -o $$@ $$(filter %.c %.o %.a,$$^) $($1_MAIN)
endef

$(foreach f,$(FLAVOURS),\
	$(eval $(call flavour_rules,$f))\
	$(foreach b,$(FAULTS),$(eval $(call fault_rules,$f,$b)))\
	$(foreach r,$(TARGET_ROWS),\
		$(eval $(call program_rules,$f,$r,build/$f,$(call row_fault,$r)))\
		$(foreach b,$(if $(filter $f,$(B_FLAVOURS)),$(B)),\
			$(eval $(call program_rules,$f,$r,build/bugs/$b/$f,$b)))))

%.a:
	@rm -f $@
	$(AR) rcs $@ $^

# The library a VMM or a kernel links; its header is core/iommu_pt.h.
build/libiommupt.a: build/product/libcore.a
	cp $< $@

# The same with a planted fault, for reproducers.
$(foreach b,$(FAULTS),$(eval build/bugs/$b/libiommupt.a: \
	$(CORE:%=build/bugs/$b/product/%) build/bugs/$b/product/fuzz/bugs.o))

# Tools of the build: text programs to bytes, the table of operations to a dictionary.
build/opsasm build/opsdict: build/ops%: fuzz/ops/%.c build/replay/libharness.a build/replay/libcore.a
	$(call cc,replay) $(FUZZ_FLAGS) -o $@ $(filter %.c %.a,$^)

# A race target that prints the digest of each input libFuzzer runs, to compare with a replayer's.
build/$(FUZZ)/digest_race_amdv1: tests/digest.c fuzz/targets/race.c build/$(FUZZ)/libharness.a build/$(FUZZ)/libhook.a
	$(call cc,$(FUZZ)) $(FUZZ_FLAGS) -DTARGET_HW=HW_AMDV1 -Wl,--wrap=LLVMFuzzerTestOneInput -o $@ \
		$(filter %.c %.a,$^) -fsanitize=fuzzer

# The mutator of programs for AFL++, which loads it as a library.
build/afl/mutator.so: fuzz/afl/mutator.c $(wildcard fuzz/ops/*.[ch] fuzz/oracle/hw*.[ch])
	@mkdir -p $(@D)
	$(GCC) -std=gnu11 -O2 -Wall -Wextra -Ifuzz -fPIC -shared -Wl,-z,defs -o $@ \
		$(filter-out %/asm.c %/dict.c,$(filter %.c,$^))

# The triage tool: the table of operations, and replayers that it runs.
build/iommupt: $(wildcard triage/*.[ch]) build/replay/libharness.a build/replay/libcore.a
	$(call cc,replay) $(FUZZ_FLAGS) -Itriage -o $@ $(filter %.c %.a,$^) -lcjson

# $(eval $(call corpus_rules,ROW)): start corpus and dictionary; a stamp tells when they were made.
define corpus_rules
build/corpus/$(call row_name,$1).made: $$(wildcard corpus/. corpus/* corpus/*/*) build/opsasm build/opsdict
	@scripts/corpus.sh $(call row_name,$1)
	@touch $$@
endef
$(foreach r,$(TARGET_ROWS) $(KERNEL_ROWS),$(eval $(call corpus_rules,$r)))
CORPORA := $(TARGETS:%=build/corpus/%.made)

.PHONY: FORCE
FORCE:
