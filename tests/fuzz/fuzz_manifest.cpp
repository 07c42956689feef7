// Any bytes are a shared object with a manifest, or are refused with a reason.
#include "host/manifest.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  const auto manifest = wyvern::host::read_manifest(file.path());
  if (!manifest && manifest.error().message.empty()) __builtin_trap();
  return 0;
}
