#include "host/content_hash.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace wyvern::host {
namespace {

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  std::string text(count * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, count);
  text.pop_back();
  return text;
}

constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

// The first object that the dynamic linker knows is the program itself.
int find_build_id(dl_phdr_info* info, std::size_t, void* out) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* at = reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr);
    const auto* end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const auto* name = at + sizeof note;
      const auto* value = name + padded(note.n_namesz);
      if (value + note.n_descsz > end) break;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
        *static_cast<std::string*>(out) = hexadecimal(value, note.n_descsz);
        return 1;
      }
      at = value + padded(note.n_descsz);
    }
  }
  return 1;
}

}  // namespace

Result<std::string> content_hash(const std::filesystem::path& file) {
  if (sodium_init() < 0) return Error{WYV_INTERNAL, "host.sodium", "libsodium cannot be used", "", false};
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES);
  std::vector<unsigned char> buffer(std::size_t{256} * 1024);
  ssize_t count = descriptor < 0 ? -1 : 0;
  while (descriptor >= 0 && (count = ::read(descriptor, buffer.data(), buffer.size())) > 0)
    crypto_generichash_update(&state, buffer.data(), static_cast<unsigned long long>(count));
  const int fault = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (count < 0)
    return Error{WYV_INVALID, "plugin.unreadable", "it cannot be read: " + std::generic_category().message(fault), "",
                 false};
  std::array<unsigned char, crypto_generichash_BYTES> hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hexadecimal(hash.data(), hash.size());
}

const std::string& kernel_build_id() {
  static const std::string id = [] {
    std::string found;
    dl_iterate_phdr(&find_build_id, &found);
    if (!found.empty()) return found;
    auto hash = content_hash("/proc/self/exe");
    return hash ? *hash : std::string("unknown");
  }();
  return id;
}

}  // namespace wyvern::host
