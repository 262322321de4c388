// What models are compared on: stretches of text with the positions that count.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ModelSession.h"

namespace facet {

struct Passage {
    std::vector<llama_token> tokens;
    /** Positions whose prediction of the next token counts; ascending, none of them the last. */
    std::vector<uint32_t> measured;
};

/** A question as the model is asked it, in its own form of a turn, and an answer. Only the answer counts. */
struct Dialogue {
    std::string prompt;
    std::string answer;
};

/**
 * The text in chunks, each with the model's first token; one in `stride` positions of the second half counts, which has
 * seen the first. Control tokens in the text count as such. `chunkLimit`: so many, evenly over the text; 0 = all.
 * Throws Failure "text-too-short".
 */
std::vector<Passage> passagesOfText(const ModelSession& session, const std::string& text, uint32_t chunkTokens,
                                    uint32_t chunkLimit, uint32_t stride);

/** Each dialogue a passage. Throws Failure "text-too-short" where none has an answer that fits into `chunkTokens`. */
std::vector<Passage> passagesOfDialogues(const ModelSession& session, const std::vector<Dialogue>& dialogues,
                                         uint32_t chunkTokens, uint32_t limit);

/** Most positions that count in one passage. */
uint32_t mostMeasured(const std::vector<Passage>& passages);

/** Evaluates a passage from an empty memory; the logits of its measured positions follow each other in the result. */
const float* evaluate(ModelSession& session, const Passage& passage, TokenBatch& batch);

}  // namespace facet
