#include "host/elf_section.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace wyvern::host {
namespace {

#if defined(__x86_64__)
constexpr GElf_Half this_machine = EM_X86_64;
constexpr const char* this_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr GElf_Half this_machine = EM_AARCH64;
constexpr const char* this_machine_name = "aarch64";
#else
#error "name this machine's e_machine"
#endif

Error fault(const char* code, std::string message) { return {WYV_INVALID, code, std::move(message), "", false}; }

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

// Why this is no shared object for this machine, or empty.
std::string wrong_kind(Elf* elf) {
  if (elf_kind(elf) != ELF_K_ELF) return "it is not an ELF file: e_ident has the wrong magic";
  if (gelf_getclass(elf) != ELFCLASS64) return "e_ident[EI_CLASS] says that it is not a 64-bit file";
  GElf_Ehdr header;
  if (gelf_getehdr(elf, &header) == nullptr) return "its ELF header is truncated";
  if (header.e_machine != this_machine)
    return "e_machine is " + std::to_string(header.e_machine) + ", and this machine is " + this_machine_name + " (" +
           std::to_string(this_machine) + ")";
  if (header.e_type != ET_DYN) return "e_type is " + std::to_string(header.e_type) + ", not that of a shared object";
  return {};
}

Result<std::string> contents(Elf_Scn* section, const GElf_Shdr& header, std::string_view name, std::size_t limit,
                             std::uint64_t file_size) {
  const std::string quoted = "the section " + std::string(name);
  if (header.sh_type == SHT_NOBITS) return fault("plugin.manifest_section", quoted + " has no bytes in the file");
  if ((header.sh_flags & SHF_COMPRESSED) != 0) return fault("plugin.manifest_section", quoted + " is compressed");
  if (header.sh_size > limit)
    return fault("plugin.manifest_size", quoted + " has " + std::to_string(header.sh_size) + " bytes, and at most " +
                                             std::to_string(limit) + " are read");
  if (header.sh_offset > file_size || header.sh_size > file_size - header.sh_offset)
    return fault("plugin.manifest_truncated", quoted + " is truncated: it should end at byte " +
                                                  std::to_string(header.sh_offset + header.sh_size) +
                                                  " and the file has " + std::to_string(file_size));
  const Elf_Data* data = elf_rawdata(section, nullptr);
  if (data == nullptr || data->d_size != header.sh_size || (data->d_buf == nullptr && data->d_size > 0))
    return fault("plugin.manifest_section", quoted + " cannot be read");
  return std::string(static_cast<const char*>(data->d_buf), data->d_size);
}

}  // namespace

Result<std::string> read_elf_section(const std::filesystem::path& library, std::string_view section,
                                     std::size_t limit) {
  static const bool ready = elf_version(EV_CURRENT) != EV_NONE;
  if (!ready) return fault("plugin.libelf", "libelf is older than its header");
  const Descriptor file{::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat status {};
  if (file.value < 0 || ::fstat(file.value, &status) != 0)
    return fault("plugin.unreadable", "it cannot be read: " + std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) return fault("plugin.unreadable", "it is not a regular file");

  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.value, ELF_C_READ, nullptr), &elf_end);
  if (elf == nullptr) return fault("plugin.not_elf", "it is not an ELF file");
  if (auto wrong = wrong_kind(elf.get()); !wrong.empty()) return fault("plugin.not_elf", std::move(wrong));
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf.get(), &names) != 0)
    return fault("plugin.elf_truncated", "its section headers are truncated: e_shstrndx leads nowhere");

  std::size_t readable = 0;
  for (Elf_Scn* each = elf_nextscn(elf.get(), nullptr); each != nullptr; each = elf_nextscn(elf.get(), each)) {
    GElf_Shdr header;
    if (gelf_getshdr(each, &header) == nullptr) continue;
    ++readable;
    const char* name = elf_strptr(elf.get(), names, header.sh_name);
    if (name == nullptr || section != name) continue;
    return contents(each, header, section, limit, static_cast<std::uint64_t>(status.st_size));
  }
  if (readable == 0) return fault("plugin.elf_truncated", "its section headers are truncated or stripped");
  return fault("plugin.no_manifest",
               "it has no section " + std::string(section) + ": it was not built with wyvern_add_plugin()");
}

}  // namespace wyvern::host
