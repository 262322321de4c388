// How functions are given to JavaScript. No C++ exception leaves them: a call that works on a thread returns a promise
// that is rejected, one that does not throws. Either way the error has a `code` of electron/contract/failure.ts.
#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "addon/marshalling.h"
#include "core/Failure.h"
#include "core/Progress.h"

namespace facet {

/** `name` of the call is part of the text. What JavaScript itself threw stays what it is. */
inline Napi::Error errorOf(Napi::Env env, const char* name, const std::exception_ptr& problem) {
    const auto describe = [&](const std::string& code, const char* what) {
        Napi::Error error = Napi::Error::New(env, std::string(name) + ": " + what);
        error.Set("code", code);
        return error;
    };
    try {
        std::rethrow_exception(problem);
    } catch (const Napi::Error& error) {
        return error;
    } catch (const Failure& failure) {
        return describe(failure.code(), failure.what());
    } catch (const std::bad_alloc&) {
        return describe("out-of-memory", "there is not enough memory");
    } catch (const std::length_error&) {
        return describe("out-of-memory", "a size is larger than any memory");
    } catch (const std::exception& error) {
        return describe("internal", error.what());
    } catch (...) {
        return describe("internal", "an unknown error");
    }
}

/** Progress goes to JavaScript without waiting; the callback does not keep the process alive. */
class ProgressChannel {
  public:
    /** `callback` is a function or undefined. */
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

    /** On any thread. A report that there is no memory for is left out: the work is worth more. */
    void send(const Progress& progress) const noexcept {
        if (!isOpen_) return;
        try {
            auto copy = std::make_unique<Progress>(progress);
            if (function_.NonBlockingCall(copy.get(), deliver) == napi_ok) copy.release();
        } catch (const std::bad_alloc&) {
        }
    }

  private:
    static void deliver(Napi::Env env, Napi::Function callback, Progress* data) {
        const std::unique_ptr<Progress> owned(data);
        if (env == nullptr) return;
        callback.Call({objectOf(env, "done", owned->done, "total", owned->total, "item", owned->item)});
    }

    Napi::ThreadSafeFunction function_;
    bool isOpen_ = false;
};

/** One blocking call on a worker thread, with a promise for its result. */
template <typename Result>
class JobWorker : public Napi::AsyncWorker {
  public:
    using Work = std::function<Result(const ProgressSink&)>;

    JobWorker(Napi::Env env, const char* name, const Napi::Value& progress, Work work)
        : Napi::AsyncWorker(env),
          name_(name),
          deferred_(Napi::Promise::Deferred::New(env)),
          progress_(env, progress),
          work_(std::move(work)) {}

    Napi::Promise promise() const { return deferred_.Promise(); }

  protected:
    void Execute() override {
        try {
            result_ = work_([this](const Progress& progress) { progress_.send(progress); });
        } catch (...) {
            problem_ = std::current_exception();
        }
    }

    /** On the JavaScript thread. Converting the result may fail too. */
    void OnOK() override {
        if (!problem_) {
            try {
                deferred_.Resolve(toJavaScript(Env(), result_));
                return;
            } catch (...) {
                problem_ = std::current_exception();
            }
        }
        deferred_.Reject(errorOf(Env(), name_, problem_).Value());
    }

  private:
    const char* name_;
    Napi::Promise::Deferred deferred_;
    ProgressChannel progress_;
    Work work_;
    Result result_{};
    std::exception_ptr problem_;
};

/** A call from JavaScript that works on a thread: (options, progress?) → promise. */
struct JobCall {
    Napi::Env env;
    const char* name;
    Options options;
    /** A function or undefined. */
    Napi::Value progress;

    /** Calls work(progress) on a thread, and gives its result to the promise by toJavaScript. */
    template <typename Work>
    Napi::Value run(Work work) const {
        using Result = std::invoke_result_t<Work&, const ProgressSink&>;
        auto worker = std::make_unique<JobWorker<Result>>(env, name, progress, std::move(work));
        const Napi::Promise promise = worker->promise();
        worker->Queue();
        // It deletes itself when it is done.
        worker.release();
        return promise;
    }
};

inline Options optionsOf(const Napi::CallbackInfo& info) {
    if (info.Length() < 1 || !info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "options are missing");
    return Options(info[0].As<Napi::Object>());
}

/** `start` reads the options and returns call.run(…). Also what goes wrong before there is a thread is a rejection. */
inline void exportJob(Napi::Env env, Napi::Object exports, const char* name, Napi::Value (*start)(const JobCall&)) {
    exports.Set(name, Napi::Function::New(
                          env,
                          [name, start](const Napi::CallbackInfo& info) -> Napi::Value {
                              try {
                                  return start({info.Env(), name, optionsOf(info), info[1]});
                              } catch (...) {
                                  const auto deferred = Napi::Promise::Deferred::New(info.Env());
                                  deferred.Reject(errorOf(info.Env(), name, std::current_exception()).Value());
                                  return deferred.Promise();
                              }
                          },
                          name));
}

/** A call that takes milliseconds, on the JavaScript thread. */
inline void exportFunction(Napi::Env env, Napi::Object exports, const char* name,
                           Napi::Value (*call)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(
                          env,
                          [name, call](const Napi::CallbackInfo& info) -> Napi::Value {
                              try {
                                  return call(info);
                              } catch (...) {
                                  throw errorOf(info.Env(), name, std::current_exception());
                              }
                          },
                          name));
}

}  // namespace facet
