#!/bin/sh
# Builds and runs the native core's unit tests with AddressSanitizer and UndefinedBehaviorSanitizer. Linux, from the repository's root.
# SANITIZE=thread runs them with ThreadSanitizer instead; a name ("sh native/test/run.sh deltaTests") runs that file alone.
set -eu
package="linux-$(node -p process.arch)"
libraries="$PWD/node_modules/@node-llama-cpp/$package/bins/$package"
headers="${XDG_CACHE_HOME:-$HOME/.cache}/facet/llama.cpp-$(node -p 'require("./node_modules/node-llama-cpp/llama/binariesGithubRelease.json").release')"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=${1:-coreTests deltaTests}
flags="-std=c++20 -O1 -g -pthread -fno-omit-frame-pointer -fsanitize=${SANITIZE:-address,undefined} -fno-sanitize-recover=all -DFACET_SANITIZE"
flags="$flags -ffp-contract=off -Wall -Wextra -Werror -Inative -isystem $headers/include -isystem $headers/ggml/include"
export flags work
ls native/core/*.cpp native/core/delta/*.cpp $(printf 'native/test/%s.cpp ' $tests) |
  xargs -P "$(nproc)" -I{} sh -c '${CXX:-g++} $flags -c {} -o "$work/$(basename {} .cpp).o"'
for test in $tests; do
  objects=$(ls "$work"/*.o | grep -v Tests.o)
  ${CXX:-g++} -pthread -fsanitize="${SANITIZE:-address,undefined}" $objects "$work/$test.o" -o "$work/$test" \
    "-Wl,-rpath,$libraries" "-L$libraries" $(cd "$libraries" && ls libllama.v*.so libggml.v*.so libggml-base.so | sed 's/^/-l:/')
  mkdir "$work/$test.files"
  "$work/$test" "$libraries" "$work/$test.files"
done
