#!/bin/sh
# Builds and runs the native core's unit tests with AddressSanitizer and UndefinedBehaviorSanitizer. Linux, from the repository's root.
# SANITIZE=thread runs them with ThreadSanitizer instead.
set -eu
package="linux-$(node -p process.arch)"
libraries="$PWD/node_modules/@node-llama-cpp/$package/bins/$package"
headers="${XDG_CACHE_HOME:-$HOME/.cache}/facet/llama.cpp-$(node -p 'require("./node_modules/node-llama-cpp/llama/binariesGithubRelease.json").release')"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CXX:-g++} -std=c++20 -O1 -g -pthread -fno-omit-frame-pointer -fsanitize="${SANITIZE:-address,undefined}" -fno-sanitize-recover=all \
  -DFACET_SANITIZE -ffp-contract=off -Wall -Wextra -Werror -Inative -isystem "$headers/include" -isystem "$headers/ggml/include" \
  native/core/*.cpp native/test/coreTests.cpp -o "$work/coreTests" \
  "-Wl,-rpath,$libraries" "-L$libraries" $(cd "$libraries" && ls libllama.v*.so libggml.v*.so libggml-base.so | sed 's/^/-l:/')
"$work/coreTests" "$libraries" "$work"
