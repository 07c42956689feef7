#include "kit/sanitizers.hpp"

// There when the program is linked with a sanitizer, null otherwise; their names are the sanitizers' own.
extern "C" {
__attribute__((weak)) int __lsan_do_recoverable_leak_check();  // NOLINT

// A check ends at its first finding, with the report as its output. Leaks are looked for where all should be freed, not
// at the end of each check, which leaves its instance as it is. A check is forked, and its plugin starts threads.
__attribute__((visibility("default"))) const char* __asan_default_options() {  // NOLINT
  return "detect_leaks=1:leak_check_at_exit=0:halt_on_error=1:handle_segv=0:handle_abort=0";
}
__attribute__((visibility("default"))) const char* __ubsan_default_options() {  // NOLINT
  return "halt_on_error=1:print_stacktrace=1";
}
__attribute__((visibility("default"))) const char* __tsan_default_options() {  // NOLINT
  return "halt_on_error=1:die_after_fork=0";
}
}

namespace wyvern::conformance {

bool sanitizer_sees_leaks() {
  return __lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0;
}

}  // namespace wyvern::conformance
