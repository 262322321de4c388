// Values between JavaScript and C++, in both directions: the options object that each call brings, and what it returns.
#pragma once

#include <napi.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/Failure.h"

namespace facet {

/** The options object of a call. What is missing or of the wrong type throws Napi::TypeError or Napi::RangeError. */
class Options {
  public:
    explicit Options(Napi::Object object) : object_(object) {}

    std::string text(const char* key) const {
        const Napi::Value value = object_.Get(key);
        if (!value.IsString()) refuse(key, "must be a string");
        return value.As<Napi::String>();
    }

    /** Empty for null and undefined. */
    std::string textOrNone(const char* key) const {
        const Napi::Value value = object_.Get(key);
        return value.IsNull() || value.IsUndefined() ? "" : text(key);
    }

    std::vector<std::string> texts(const char* key) const {
        const Napi::Array list = array(key);
        std::vector<std::string> result;
        for (uint32_t i = 0; i < list.Length(); ++i) {
            const Napi::Value value = list.Get(i);
            if (!value.IsString()) refuse(key, "must be a list of strings");
            result.push_back(value.As<Napi::String>());
        }
        return result;
    }

    /** A record of strings, in its own order. */
    std::vector<std::pair<std::string, std::string>> textsByName(const char* key) const {
        const Options record = object(key);
        const Napi::Array names = record.object_.GetPropertyNames();
        std::vector<std::pair<std::string, std::string>> result;
        for (uint32_t i = 0; i < names.Length(); ++i) {
            const std::string name = names.Get(i).As<Napi::String>();
            result.emplace_back(name, record.text(name.c_str()));
        }
        return result;
    }

    bool flag(const char* key) const {
        const Napi::Value value = object_.Get(key);
        if (!value.IsBoolean()) refuse(key, "must be true or false");
        return value.As<Napi::Boolean>();
    }

    /** A whole number, `least` to `most`. */
    uint32_t count(const char* key, uint32_t least, uint32_t most) const {
        return static_cast<uint32_t>(whole(key, least, most));
    }

    uint64_t bytes(const char* key) const { return static_cast<uint64_t>(whole(key, 0, kLargestWhole)); }

    int threads() const { return static_cast<int>(count("threads", 1, kThreadsMost)); }

    Options object(const char* key) const {
        const Napi::Value value = object_.Get(key);
        if (!value.IsObject()) refuse(key, "must be an object");
        return Options(value.As<Napi::Object>());
    }

    bool has(const char* key) const { return !object_.Get(key).IsUndefined(); }

    std::vector<Options> objects(const char* key) const {
        const Napi::Array list = array(key);
        std::vector<Options> result;
        for (uint32_t i = 0; i < list.Length(); ++i) {
            const Napi::Value value = list.Get(i);
            if (!value.IsObject()) refuse(key, "must be a list of objects");
            result.emplace_back(value.As<Napi::Object>());
        }
        return result;
    }

  private:
    static constexpr uint32_t kThreadsMost = 512;
    /** Beyond it a double does not hold every whole number. */
    static constexpr double kLargestWhole = 0x1p53;

    [[noreturn]] void refuse(const char* key, const char* what) const {
        throw Napi::TypeError::New(object_.Env(), std::string(key) + " " + what);
    }

    Napi::Array array(const char* key) const {
        const Napi::Value value = object_.Get(key);
        if (!value.IsArray()) refuse(key, "must be a list");
        return value.As<Napi::Array>();
    }

    double whole(const char* key, double least, double most) const {
        const Napi::Value value = object_.Get(key);
        if (!value.IsNumber()) refuse(key, "must be a number");
        const double number = value.As<Napi::Number>();
        // Also false for NaN.
        if (!(number >= least && number <= most) || std::floor(number) != number) {
            throw Napi::RangeError::New(object_.Env(), std::string(key) + " is out of range");
        }
        return number;
    }

    Napi::Object object_;
};

/** A call that returns nothing. */
struct Nothing {};

// toJavaScript, for everything that a call returns. Structs have their own beside the calls, made with objectOf.

inline Napi::Value toJavaScript(Napi::Env env, const Nothing&) { return env.Undefined(); }

inline Napi::Value toJavaScript(Napi::Env env, const std::string& text) { return Napi::String::New(env, text); }

inline Napi::Value toJavaScript(Napi::Env env, const char* text) { return Napi::String::New(env, text); }

inline Napi::Value toJavaScript(Napi::Env env, bool value) { return Napi::Boolean::New(env, value); }

/** Throws Failure "internal" for what is not finite: no receiver takes it. */
template <typename Number>
    requires std::integral<Number> || std::floating_point<Number>
Napi::Value toJavaScript(Napi::Env env, Number value) {
    const auto number = static_cast<double>(value);
    if (!std::isfinite(number)) throw Failure("internal", "a figure is not finite");
    return Napi::Number::New(env, number);
}

/** Any range of values that can be converted; found again by the values' own namespace. */
template <typename Range>
    requires requires(const Range& range) {
        range.begin();
        range.size();
    }
Napi::Value toJavaScript(Napi::Env env, const Range& range) {
    Napi::Array list = Napi::Array::New(env, range.size());
    uint32_t index = 0;
    for (const auto& value : range) list.Set(index++, toJavaScript(env, value));
    return list;
}

inline void setAll(Napi::Env, Napi::Object&) {}

template <typename Value, typename... Rest>
void setAll(Napi::Env env, Napi::Object& object, const char* key, const Value& value, const Rest&... rest) {
    object.Set(key, toJavaScript(env, value));
    setAll(env, object, rest...);
}

/** { key: value, … } of keys and values in turn. */
template <typename... KeysAndValues>
Napi::Object objectOf(Napi::Env env, const KeysAndValues&... keysAndValues) {
    Napi::Object object = Napi::Object::New(env);
    setAll(env, object, keysAndValues...);
    return object;
}

}  // namespace facet
