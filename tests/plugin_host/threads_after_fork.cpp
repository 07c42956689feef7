// For tests whose forked children start threads, as a killed controller does: ThreadSanitizer would end them.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options();  // NOLINT: the sanitizer's name
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }           // NOLINT
