// Marks a function to be compiled once for each instruction set; the right one is chosen when the addon is loaded. All
// give the same bits: no reassociation, and no fused multiply-add (compiled with -ffp-contract=off).
#pragma once

#if defined(__x86_64__) && defined(__linux__) && !defined(FACET_SANITIZE)
#define FACET_EACH_INSTRUCTION_SET __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define FACET_EACH_INSTRUCTION_SET
#endif
