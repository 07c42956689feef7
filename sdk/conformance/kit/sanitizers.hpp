// The sanitizer that this runner was linked with, if any.
#pragma once

namespace wyvern::conformance {

// Whether LeakSanitizer finds memory that nothing points to any more; it then prints where it was allocated. False
// without it.
bool sanitizer_sees_leaks();

}  // namespace wyvern::conformance
