// GLib gives up the old table of its quarks whenever it grows, so that it can be read without a lock. LeakSanitizer
// asks for this function by its name.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();  // NOLINT: its own name
extern "C" const char* __lsan_default_suppressions() { return "leak:libglib-2.0.so"; }        // NOLINT
