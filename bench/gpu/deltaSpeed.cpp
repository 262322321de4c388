// Prefill and decode speed of a model alone and under adapters, through stock llama.cpp's public C API; interleaved, medians.
// Developer program: deltaSpeed BASE.gguf [ADAPTER.gguf …]   Prints tokens per second, loading and switching times.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "llama.h"

namespace {

constexpr int kPrefillTokens = 512;
constexpr int kDecodeTokens = 128;
constexpr int kRounds = 7;

double secondsSince(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Speeds {
  std::vector<double> prefill, decode, switchMs;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 1;
  llama_log_set([](ggml_log_level level, const char* text, void*) { if (level >= GGML_LOG_LEVEL_WARN) std::fputs(text, stderr); }, nullptr);
  ggml_backend_load_all();
  llama_model_params modelParams = llama_model_default_params();
  modelParams.n_gpu_layers = 999;
  llama_model* model = llama_model_load_from_file(argv[1], modelParams);
  if (model == nullptr) return 1;

  std::vector<llama_adapter_lora*> adapters{nullptr};  // first: the base alone
  for (int index = 2; index < argc; ++index) {
    const auto began = std::chrono::steady_clock::now();
    llama_adapter_lora* adapter = llama_adapter_lora_init(model, argv[index]);
    if (adapter == nullptr) return 1;
    std::printf("%s: loaded in %.2f s\n", argv[index], secondsSince(began));
    adapters.push_back(adapter);
  }
  llama_context_params contextParams = llama_context_default_params();
  contextParams.n_ctx = 1024;
  contextParams.n_batch = kPrefillTokens;
  contextParams.n_ubatch = kPrefillTokens;
  llama_context* context = llama_init_from_model(model, contextParams);
  if (context == nullptr) return 1;

  std::vector<Speeds> speeds(adapters.size());
  for (int round = 0; round <= kRounds; ++round) {  // round 0 warms up
    for (size_t which = 0; which < adapters.size(); ++which) {
      float scale = 1.0f;
      auto began = std::chrono::steady_clock::now();
      llama_set_adapters_lora(context, &adapters[which], adapters[which] == nullptr ? 0 : 1, &scale);
      const double switchMs = secondsSince(began) * 1e3;
      // Twice each: the first evaluation after a switch reserves the graph again.
      for (int pass = 0; pass < 2; ++pass) {
        llama_memory_clear(llama_get_memory(context), true);
        std::vector<llama_token> prompt(kPrefillTokens, 7);
        began = std::chrono::steady_clock::now();
        if (llama_decode(context, llama_batch_get_one(prompt.data(), kPrefillTokens)) != 0) return 1;
        llama_synchronize(context);
        const double prefill = kPrefillTokens / secondsSince(began);
        llama_token token = 9;
        for (int warm = 0; warm < 4; ++warm) llama_decode(context, llama_batch_get_one(&token, 1));
        llama_synchronize(context);
        began = std::chrono::steady_clock::now();
        for (int position = 0; position < kDecodeTokens; ++position) {
          if (llama_decode(context, llama_batch_get_one(&token, 1)) != 0) return 1;
          llama_synchronize(context);
        }
        const double decode = kDecodeTokens / secondsSince(began);
        if (round > 0 && pass == 1) {
          speeds[which].prefill.push_back(prefill);
          speeds[which].decode.push_back(decode);
          speeds[which].switchMs.push_back(switchMs);
        }
      }
    }
  }
  for (size_t which = 0; which < adapters.size(); ++which) {
    const double prefill = median(speeds[which].prefill), decode = median(speeds[which].decode);
    std::printf("%s: prefill %.0f t/s (%.3f of base), decode %.1f t/s (%.3f of base), switch %.3f ms\n",
                which == 0 ? "base" : argv[which + 1], prefill, prefill / median(speeds[0].prefill), decode,
                decode / median(speeds[0].decode), median(speeds[which].switchMs));
  }
  llama_free(context);
  llama_model_free(model);
  return 0;
}
