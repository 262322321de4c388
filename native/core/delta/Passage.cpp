#include "core/delta/Passage.h"

#include <algorithm>

#include "core/Failure.h"

namespace facet {

std::vector<Passage> passagesOfText(const ModelSession& session, const std::string& text, uint32_t chunkTokens,
                                    uint32_t chunkLimit, uint32_t stride) {
    const std::vector<llama_token> tokens = session.tokenize(text, true);
    const auto whole = static_cast<uint32_t>(tokens.size() / chunkTokens);
    if (whole < 1)
        throw Failure("text-too-short", std::to_string(tokens.size()) + " tokens; at least " +
                                            std::to_string(chunkTokens) + " are needed");
    const uint32_t chunks = chunkLimit > 0 ? std::min(whole, chunkLimit) : whole;
    std::vector<Passage> passages(chunks);
    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
        const llama_token* start = tokens.data() + size_t{chunk} * whole / chunks * chunkTokens;
        Passage& passage = passages[chunk];
        passage.tokens.assign(start, start + chunkTokens);
        if (llama_vocab_get_add_bos(session.vocabulary()))
            passage.tokens.front() = llama_vocab_bos(session.vocabulary());
        for (uint32_t i = chunkTokens / 2; i + 1 < chunkTokens; i += stride) passage.measured.push_back(i);
    }
    return passages;
}

std::vector<Passage> passagesOfDialogues(const ModelSession& session, const std::vector<Dialogue>& dialogues,
                                         uint32_t chunkTokens, uint32_t limit) {
    std::vector<Passage> passages;
    for (const Dialogue& dialogue : dialogues) {
        if (limit > 0 && passages.size() >= limit) break;
        Passage passage{session.tokenize(dialogue.prompt, true), {}};
        const std::vector<llama_token> whole = session.tokenize(dialogue.prompt + dialogue.answer, true);
        const auto promptTokens = static_cast<uint32_t>(passage.tokens.size());
        // A tokenizer may join the prompt's end with the answer's beginning: what differs counts as answer.
        const auto same = static_cast<uint32_t>(
            std::mismatch(passage.tokens.begin(), passage.tokens.end(), whole.begin(), whole.end()).first -
            passage.tokens.begin());
        passage.tokens = whole;
        if (whole.size() > chunkTokens) continue;
        for (uint32_t i = std::max(1U, std::min(promptTokens, same)) - 1; i + 1 < whole.size(); ++i)
            passage.measured.push_back(i);
        if (!passage.measured.empty()) passages.push_back(std::move(passage));
    }
    if (passages.empty()) throw Failure("text-too-short", "no dialogue has an answer that fits");
    return passages;
}

uint32_t mostMeasured(const std::vector<Passage>& passages) {
    size_t most = 0;
    for (const Passage& passage : passages) most = std::max(most, passage.measured.size());
    return static_cast<uint32_t>(most);
}

const float* evaluate(ModelSession& session, const Passage& passage, TokenBatch& batch) {
    batch.clear();
    auto next = passage.measured.begin();
    for (uint32_t i = 0; i < passage.tokens.size(); ++i) {
        const bool isMeasured = next != passage.measured.end() && *next == i;
        if (isMeasured) ++next;
        batch.add(passage.tokens[i], static_cast<llama_pos>(i), 0, isMeasured);
    }
    session.clearMemory();
    session.decode(batch.get());
    return llama_get_logits(session.context());
}

}  // namespace facet
