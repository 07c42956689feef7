#include "plugin_host/plugin_library.hpp"

#include <dlfcn.h>
#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace wyvern::test {

namespace {

std::string section(const std::string& elf, std::string_view wanted) {
  Elf64_Ehdr header;
  std::memcpy(&header, elf.data(), sizeof header);
  const auto read = [&](std::size_t index) {
    Elf64_Shdr section;
    std::memcpy(&section, elf.data() + header.e_shoff + index * header.e_shentsize, sizeof section);
    return section;
  };
  const Elf64_Shdr names = read(header.e_shstrndx);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr found = read(i);
    if (wanted == elf.data() + names.sh_offset + found.sh_name) return elf.substr(found.sh_offset, found.sh_size);
  }
  throw std::runtime_error("there is no section " + std::string(wanted));
}

}  // namespace

PluginLibrary::PluginLibrary(std::string_view id)
    : path_(std::string(WYVERN_PLUGIN_DIR "/") + std::string(id) + ".so") {
  void* library = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<wyv_plugin_entry>(dlsym(library, WYV_PLUGIN_ENTRY));
  if (entry == nullptr) throw std::runtime_error(dlerror());
  plugin_ = entry();
  if (plugin_->magic != WYV_PLUGIN_MAGIC || plugin_->abi_major != WYV_ABI_MAJOR)
    throw std::runtime_error(path_ + " is no plugin of this ABI");
}

Json PluginLibrary::manifest() const {
  std::ifstream file(path_, std::ios::binary);
  const std::string elf{std::istreambuf_iterator<char>(file), {}};
  return Json::parse(section(elf, WYV_MANIFEST_SECTION));
}

}  // namespace wyvern::test
