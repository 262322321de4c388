// An expected failure of a job: a code that the app has a sentence for, and a technical line.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace facet {

class Failure : public std::runtime_error {
  public:
    /** `code` is one of FailureCode in electron/contract/failure.ts. */
    Failure(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}

    const std::string& code() const { return code_; }

  private:
    std::string code_;
};

}  // namespace facet
