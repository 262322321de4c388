// Reads the options object that each call from JavaScript brings; what is missing or of the wrong type throws.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

struct Nothing {};

inline Napi::Value undefinedValue(Napi::Env env, const Nothing&) { return env.Undefined(); }

inline std::string text(const Napi::Object& options, const char* key) {
    const Napi::Value value = options.Get(key);
    if (!value.IsString()) throw Napi::TypeError::New(options.Env(), std::string(key) + " must be a string");
    return value.As<Napi::String>();
}

inline double number(const Napi::Object& options, const char* key) {
    const Napi::Value value = options.Get(key);
    if (!value.IsNumber()) throw Napi::TypeError::New(options.Env(), std::string(key) + " must be a number");
    return value.As<Napi::Number>().DoubleValue();
}

inline uint32_t count(const Napi::Object& options, const char* key) {
    const double value = number(options, key);
    if (!(value >= 0 && value <= UINT32_MAX)) {
        throw Napi::RangeError::New(options.Env(), std::string(key) + " is out of range");
    }
    return static_cast<uint32_t>(value);
}

inline int threadCount(const Napi::Object& options) {
    constexpr uint32_t kThreadLimit = 512;
    const uint32_t threads = count(options, "threads");
    if (threads < 1 || threads > kThreadLimit) throw Napi::RangeError::New(options.Env(), "threads is out of range");
    return static_cast<int>(threads);
}

inline bool flag(const Napi::Object& options, const char* key) {
    const Napi::Value value = options.Get(key);
    if (!value.IsBoolean()) throw Napi::TypeError::New(options.Env(), std::string(key) + " must be true or false");
    return value.As<Napi::Boolean>();
}

inline Napi::Object optionsOf(const Napi::CallbackInfo& info) {
    if (info.Length() < 1 || !info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "options are missing");
    return info[0].As<Napi::Object>();
}

inline std::vector<std::string> texts(const Napi::Object& options, const char* key) {
    const Napi::Value value = options.Get(key);
    if (!value.IsArray()) throw Napi::TypeError::New(options.Env(), std::string(key) + " must be a list");
    const Napi::Array list = value.As<Napi::Array>();
    std::vector<std::string> result;
    for (uint32_t i = 0; i < list.Length(); ++i) result.push_back(list.Get(i).As<Napi::String>());
    return result;
}

}  // namespace facet
