// Whether the file is a plugin at all. Where one of these fails, no other check is run.
#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "config/schema.hpp"
#include "host/abi.hpp"
#include "host/manifest.hpp"
#include "kit/instance.hpp"
#include "kit/lifecycle.hpp"
#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

constexpr std::chrono::milliseconds scan_time(100);

// What the entry returns, without a look into it.
const wyv_plugin* enter() {
  void* library = dlopen(given().library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  const auto entry = reinterpret_cast<wyv_plugin_entry>(dlsym(library, WYV_PLUGIN_ENTRY));
  return entry == nullptr ? nullptr : entry();
}

#define ENTER(descriptor)                 \
  const wyv_plugin* descriptor = enter(); \
  if (descriptor == nullptr) GTEST_SKIP() << "there is no descriptor to look at"

TEST(Load, ManifestCanBeRead) {
  const auto manifest = host::read_manifest(given().library);
  EXPECT_TRUE(manifest.ok()) << manifest.error().message;
}

TEST(Load, EverySymbolIsResolved) {
  EXPECT_NE(dlopen(given().library.c_str(), RTLD_NOW | RTLD_LOCAL), nullptr) << dlerror();  // NOLINT
}

TEST(Load, EntryIsExported) {
  void* library = dlopen(given().library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) GTEST_SKIP() << "it cannot be loaded";
  EXPECT_NE(dlsym(library, WYV_PLUGIN_ENTRY), nullptr)
      << WYV_PLUGIN_ENTRY << " is missing: WYVERN_PLUGIN(...) was forgotten, or the symbol is hidden";
}

TEST(Load, EntryReturnsOneDescriptor) {
  void* library = dlopen(given().library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  const auto entry =
      library == nullptr ? nullptr : reinterpret_cast<wyv_plugin_entry>(dlsym(library, WYV_PLUGIN_ENTRY));
  if (entry == nullptr) GTEST_SKIP() << "there is no entry";
  const wyv_plugin* first = entry();
  EXPECT_NE(first, nullptr) << "the entry returned null";
  EXPECT_EQ(entry(), first) << "the entry returned another descriptor the second time";
}

TEST(Load, MagicIsThatOfWyvern) {
  ENTER(descriptor);
  EXPECT_EQ(descriptor->magic, WYV_PLUGIN_MAGIC);
}

TEST(Load, DescriptorIsWhole) {
  ENTER(descriptor);
  EXPECT_GE(descriptor->struct_size, sizeof(wyv_plugin)) << "struct_size: the table ends before `service`";
}

TEST(Load, AbiIsOneThatTheKernelLoads) {
  ENTER(descriptor);
  const auto loadable = host::check_abi({descriptor->abi_major, descriptor->abi_minor}, "abi of the descriptor:");
  EXPECT_TRUE(loadable.ok()) << loadable.error().message;
}

TEST(Load, IdIsThatOfTheManifest) {
  ENTER(descriptor);
  if (!given().manifest.is_object()) GTEST_SKIP() << "there is no manifest";
  EXPECT_EQ(text(descriptor->id), given().manifest.at("id").get<std::string>());
}

TEST(Load, VersionIsThatOfTheManifest) {
  ENTER(descriptor);
  if (!given().manifest.is_object()) GTEST_SKIP() << "there is no manifest";
  EXPECT_EQ(text(descriptor->version), given().manifest.at("version").get<std::string>());
}

TEST(Load, KindsAreThoseOfTheManifest) {
  ENTER(descriptor);
  if (!given().manifest.is_object()) GTEST_SKIP() << "there is no manifest";
  std::vector<std::string> kinds;
  for (std::uint32_t i = 0; i < std::min(descriptor->kind_count, 64U); ++i)
    kinds.emplace_back(text(descriptor->kinds[i]));
  auto written = given().manifest.at("kinds").get<std::vector<std::string>>();
  std::sort(kinds.begin(), kinds.end());
  std::sort(written.begin(), written.end());
  EXPECT_EQ(kinds, written);
}

TEST(Load, NoFunctionIsMissing) {
  ENTER(descriptor);
  if (descriptor->struct_size < sizeof(wyv_plugin)) GTEST_SKIP() << "the descriptor is cut off";
  EXPECT_NE(descriptor->create, nullptr);
  EXPECT_NE(descriptor->prepare, nullptr);
  EXPECT_NE(descriptor->start, nullptr);
  EXPECT_NE(descriptor->drain, nullptr);
  EXPECT_NE(descriptor->stop, nullptr);
  EXPECT_NE(descriptor->destroy, nullptr);
  EXPECT_NE(descriptor->service, nullptr);
}

TEST(Load, IsQuick) {
  // Once in another process, so that the time is not that of the disk.
  const pid_t warming = fork();
  if (warming == 0) {
    (void)enter();
    _exit(0);
  }
  waitpid(warming, nullptr, 0);
  const auto waited = time_without_a_processor();
  const auto begun = std::chrono::steady_clock::now();
  (void)enter();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun -
                                                                          (time_without_a_processor() - waited));
  EXPECT_LE(took.count(), scan_time.count()) << "milliseconds to load: leave work to prepare";
}

TEST(Load, StartsNoThread) {
  const auto before = look_at_process();
  (void)enter();
  EXPECT_EQ(more(before.threads, look_at_process().threads), "") << "threads that run after loading";
}

TEST(Load, OpensNothing) {
  const auto before = look_at_process();
  (void)enter();
  EXPECT_EQ(more(before.descriptors, look_at_process().descriptors), "") << "descriptors that are open after loading";
}

TEST(Load, PrintsNothing) {
  const auto before = stdout_bytes();
  (void)enter();
  EXPECT_EQ(stdout_bytes(), before) << "loading it writes to standard output";
}

TEST(Load, ExportsItsEntryOnly) {
  const int file = open(given().library.c_str(), O_RDONLY | O_CLOEXEC);
  elf_version(EV_CURRENT);
  Elf* elf = elf_begin(file, ELF_C_READ, nullptr);
  std::string others;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) continue;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      // Sanitizers export what their runtime needs.
      if (name == nullptr || std::string_view(name) == WYV_PLUGIN_ENTRY || std::string_view(name).starts_with("__"))
        continue;
      if (others.size() < 400) others += (others.empty() ? "" : ", ") + std::string(name);
    }
  }
  elf_end(elf);
  close(file);
  EXPECT_EQ(others, "") << "link with -Wl,--version-script, as wyvern_add_plugin() does";
}

TEST(Load, ExamplesMeetTheSchema) {
  if (!given().manifest.is_object()) GTEST_SKIP() << "there is no manifest";
  for (const char* name : {"schema", "output_schema"}) {
    if (!given().manifest.contains(name)) continue;
    const auto& schema = given().manifest[name];
    const config::Schema compiled(schema);
    for (const auto& example : schema.value("examples", Json::array()))
      for (const auto& fault : compiled.check(example))
        ADD_FAILURE() << name << ".examples: " << fault.pointer << " " << fault.message;
  }
}

TEST(Load, ThereIsAConfigurationToCheckItWith) {
  if (!given().manifest.is_object()) GTEST_SKIP() << "there is no manifest";
  EXPECT_FALSE(given().config.is_null())
      << "its schema does not accept {}: give it \"examples\", or name a file with --config";
}

}  // namespace
}  // namespace wyvern::conformance
