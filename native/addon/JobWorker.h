// Runs one blocking call on a worker thread: a promise for the result, a callback for progress, and no C++ exception
// that reaches JavaScript as anything but a rejection with a code.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/Failure.h"
#include "core/Progress.h"

namespace facet {

/** Progress goes to JavaScript without waiting; the callback does not keep the process alive. */
class ProgressChannel {
  public:
    ProgressChannel(Napi::Env env, const Napi::Value& callback) {
        if (!callback.IsFunction()) return;
        function_ = Napi::ThreadSafeFunction::New(env, callback.As<Napi::Function>(), "facet progress", 0, 1);
        function_.Unref(env);
        isOpen_ = true;
    }
    ~ProgressChannel() {
        if (isOpen_) function_.Release();
    }
    ProgressChannel(const ProgressChannel&) = delete;
    ProgressChannel& operator=(const ProgressChannel&) = delete;

    void send(const Progress& progress) const {
        if (!isOpen_) return;
        auto copy = std::make_unique<Progress>(progress);
        const auto deliver = [](Napi::Env env, Napi::Function callback, Progress* data) {
            const std::unique_ptr<Progress> owned(data);
            if (env == nullptr) return;
            Napi::Object event = Napi::Object::New(env);
            event.Set("done", static_cast<double>(owned->done));
            event.Set("total", static_cast<double>(owned->total));
            event.Set("item", owned->item);
            callback.Call({event});
        };
        if (function_.NonBlockingCall(copy.get(), deliver) == napi_ok) copy.release();
    }

  private:
    Napi::ThreadSafeFunction function_;
    bool isOpen_ = false;
};

template <typename Result>
class JobWorker : public Napi::AsyncWorker {
  public:
    using Work = std::function<Result(const ProgressSink&)>;
    using ToJavaScript = std::function<Napi::Value(Napi::Env, const Result&)>;

    /** `name` is part of a failure's text. `progress` is a function or undefined. */
    static Napi::Promise start(Napi::Env env, const char* name, const Napi::Value& progress, Work work,
                               ToJavaScript toJavaScript) {
        auto* worker = new JobWorker(env, name, progress, std::move(work), std::move(toJavaScript));
        const Napi::Promise promise = worker->deferred_.Promise();
        worker->Queue();  // deletes itself when it is done
        return promise;
    }

  protected:
    void Execute() override {
        try {
            result_ = work_([this](const Progress& progress) { progress_.send(progress); });
        } catch (const Failure& failure) {
            code_ = failure.code();
            SetError(std::string(name_) + ": " + failure.what());
        } catch (const std::bad_alloc&) {
            code_ = "out-of-memory";
            SetError(std::string(name_) + ": no memory");
        } catch (const std::exception& error) {
            code_ = "internal";
            SetError(std::string(name_) + ": " + error.what());
        } catch (...) {
            code_ = "internal";
            SetError(std::string(name_) + ": an unknown error");
        }
    }

    void OnOK() override { deferred_.Resolve(toJavaScript_(Env(), result_)); }

    void OnError(const Napi::Error& error) override {
        error.Value().Set("code", code_);
        deferred_.Reject(error.Value());
    }

  private:
    JobWorker(Napi::Env env, const char* name, const Napi::Value& progress, Work work, ToJavaScript toJavaScript)
        : Napi::AsyncWorker(env),
          name_(name),
          deferred_(Napi::Promise::Deferred::New(env)),
          progress_(env, progress),
          work_(std::move(work)),
          toJavaScript_(std::move(toJavaScript)) {}

    const char* name_;
    Napi::Promise::Deferred deferred_;
    ProgressChannel progress_;
    Work work_;
    ToJavaScript toJavaScript_;
    Result result_{};
    std::string code_;
};

}  // namespace facet
