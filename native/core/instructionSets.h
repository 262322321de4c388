// Marks a function to be compiled once for each instruction set; the right one is chosen when the addon is loaded. All
// give the same bits: no reassociation, and no fused multiply-add (compiled with -ffp-contract=off). The native tests
// compile everything for one instruction set at a time (FACET_ONE_INSTRUCTION_SET): sanitizers cannot choose either.
#pragma once

#if defined(__x86_64__) && defined(__linux__) && !defined(FACET_ONE_INSTRUCTION_SET)
#if defined(__clang__)  // has no optimize()
#define FACET_EACH_INSTRUCTION_SET __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FACET_EACH_INSTRUCTION_SET __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#endif
#else
#define FACET_EACH_INSTRUCTION_SET
#endif
