// Writes the tokens that llama.cpp's own chat template and tokenizer code make of conversations: what ours are compared with.
// promptReference MODEL < input ; { "template": Jinja, "conversations": lists of messages } comes in, lists of token ids go out, in JSON.
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "chat.h"
#include "common.h"
#include "json.h"
#include "llama.h"

int main(int argc, char ** argv) {
    if (argc != 2) {
        std::cerr << "usage: promptReference MODEL < input\n";
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all();
    auto params = llama_model_default_params();
    params.vocab_only = true;
    const std::unique_ptr<llama_model, decltype(&llama_model_free)> model(llama_model_load_from_file(argv[1], params), llama_model_free);
    if (!model) {
        std::cerr << "the model does not load\n";
        return 1;
    }
    const auto * vocabulary = llama_model_get_vocab(model.get());
    const std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    const auto input = common_json::parse(text);
    const auto templates = common_chat_templates_init(model.get(), input.at("template").get<std::string>());
    const auto & conversations = input.at("conversations");
    std::string result;
    for (size_t index = 0; index < conversations.size(); index++) {
        common_chat_templates_inputs inputs;
        inputs.messages = common_chat_msgs_parse_oaicompat(conversations.at(index));
        inputs.add_bos  = llama_vocab_get_add_bos(vocabulary);
        inputs.add_eos  = llama_vocab_get_add_eos(vocabulary);
        const auto written = common_chat_templates_apply(templates.get(), inputs);
        std::string ids;
        for (const auto token : common_tokenize(vocabulary, written.prompt, true, true)) {
            ids += (ids.empty() ? "" : ",") + std::to_string(token);
        }
        result += (result.empty() ? "[" : ",[") + ids + "]";
    }
    std::cout << "[" << result << "]\n";
    return 0;
}
