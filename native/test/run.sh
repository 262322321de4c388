#!/bin/sh
# Builds and runs the native unit tests with AddressSanitizer and UndefinedBehaviorSanitizer. Linux, from the repository's
# root, after scripts/buildNative.ts. SANITIZE=thread runs them with ThreadSanitizer instead, SANITIZE=none with none;
# names ("sh native/test/run.sh deltaTests") run those alone. The kernels of another processor, with Debian's
# g++-aarch64-linux-gnu and qemu-user: CXX=aarch64-linux-gnu-g++ PACKAGE=linux-arm64 SANITIZE=none
# EMULATOR="qemu-aarch64 -L /usr/aarch64-linux-gnu" sh native/test/run.sh kernelTests
set -eu
package=${PACKAGE:-linux-$(node -p process.arch)}
libraries="$PWD/node_modules/@node-llama-cpp/$package/bins/$package"
headers="${XDG_CACHE_HOME:-$HOME/.cache}/facet/llama.cpp-$(node -p 'require("./node_modules/node-llama-cpp/llama/binariesGithubRelease.json").release')"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sanitize="-fsanitize=${SANITIZE:-address,undefined} -fno-sanitize-recover=all -DFACET_SANITIZE"
[ "${SANITIZE:-}" != none ] || sanitize=""
flags="-std=c++20 -O1 -g -pthread -fno-omit-frame-pointer $sanitize -ffp-contract=off -Wall -Wextra -Werror -Inative"
flags="$flags -isystem $headers/include -isystem $headers/ggml/include -isystem $headers/ggml/src -isystem $headers/ggml/src/ggml-cpu"
export flags work

for test in ${*:-coreTests deltaTests kernelTests}; do
  # As the addons: the kernels know nothing of the rest, and only of ggml.
  case $test in
    kernelTests) sources=$(ls native/core/kernels/*.cpp) needed="libggml.v*.so libggml-base.so" ;;
    *) sources=$(ls native/core/*.cpp native/core/delta/*.cpp) needed="libllama.v*.so libggml.v*.so libggml-base.so" ;;
  esac
  objects=""
  for source in $sources "native/test/$test.cpp"; do objects="$objects $work/$(basename "$source" .cpp).o"; done
  # What an earlier test has compiled stays.
  printf '%s\n' $sources "native/test/$test.cpp" | xargs -P "$(nproc)" -I{} sh -c \
    'object="$work/$(basename {} .cpp).o"; [ -e "$object" ] || ${CXX:-g++} $flags -c {} -o "$object"'
  ${CXX:-g++} -pthread $sanitize $objects -o "$work/$test" \
    "-Wl,-rpath,$libraries" "-L$libraries" $(cd "$libraries" && ls $needed | sed 's/^/-l:/')
  mkdir "$work/$test.files"
  ${EMULATOR:-} "$work/$test" "$libraries" "$work/$test.files"
done
