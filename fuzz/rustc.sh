#!/bin/sh
# Compiles our own crates with the counters that libFuzzer follows. All of it is stable Rust: LLVM's own pass and its
# options. What others wrote is compiled as it always is, and kept from build to build.
rustc="$1"
shift
case " $* " in
  *" --crate-name build_script_"* | *" --crate-type proc-macro "* | *" -vV "*) exec "$rustc" "$@" ;;
esac
exec "$rustc" "$@" \
  -Copt-level=2 -Ccodegen-units=1 -Cdebug-assertions=yes -Coverflow-checks=yes \
  -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares
