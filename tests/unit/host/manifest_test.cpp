#include "host/manifest.hpp"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>
#include <functional>
#include <random>

#include "scratch.hpp"

namespace wyvern::host {
namespace {

using test::fixture;
using test::read_file;
using test::Scratch;
using test::write_file;
using testing::HasSubstr;

Json right() {
  return {{"id", "one"},
          {"version", "1.0.0"},
          {"kinds", {"output"}},
          {"schema", {{"type", "object"}}},
          {"abi", {{"major", 1}, {"minor", 0}}}};
}

std::string reason(const Json& manifest) {
  const auto parsed = parse_manifest(manifest.dump());
  return parsed ? "" : parsed.error().message;
}

std::string reason_of(const std::filesystem::path& file) {
  const auto read = read_manifest(file);
  return read ? "" : read.error().message;
}

// Changes the section header of the manifest within the bytes of a shared object.
void change_section(std::string& bytes, const std::function<void(Elf64_Shdr&)>& change) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto at = [&](std::size_t index) { return header.e_shoff + index * sizeof(Elf64_Shdr); };
  Elf64_Shdr names;
  std::memcpy(&names, &bytes[at(header.e_shstrndx)], sizeof names);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section;
    std::memcpy(&section, &bytes[at(i)], sizeof section);
    if (std::string(&bytes[names.sh_offset + section.sh_name]) != ".wyvern.manifest") continue;
    change(section);
    std::memcpy(&bytes[at(i)], &section, sizeof section);
  }
}

class ChangedLibrary : public testing::Test {
 protected:
  std::string reason_after(const std::function<void(std::string&)>& change) {
    auto bytes = read_file(fixture("actor"));
    change(bytes);
    write_file(scratch_ / "changed.so", bytes);
    return reason_of(scratch_ / "changed.so");
  }
  std::string reason_after_section(const std::function<void(Elf64_Shdr&)>& change) {
    return reason_after([&](std::string& bytes) { change_section(bytes, change); });
  }

  Scratch scratch_;
};

TEST(Manifest, IsReadFromALibraryThatWouldCrashWhenLoaded) {
  const auto manifest = read_manifest(fixture("crash-in-constructor"));
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ((*manifest)["id"], "crash-in-constructor");
  EXPECT_EQ((*manifest)["abi"]["major"], 1);
  EXPECT_TRUE((*manifest)["build"].contains("compiler"));
}

TEST(Manifest, OfAFileThatIsAbsentNamesTheReason) {
  EXPECT_THAT(reason_of("/nowhere/at/all.so"), HasSubstr("No such file"));
}

TEST(Manifest, IsNotLookedForInAFolder) { EXPECT_THAT(reason_of("/tmp"), HasSubstr("not a regular file")); }

TEST(Manifest, OfALibraryWithoutTheSectionSaysHowToGetOne) {
  EXPECT_THAT(reason_of(fixture("no-manifest")), HasSubstr("no section .wyvern.manifest"));
}

TEST_F(ChangedLibrary, ThatIsEmptyOrTextIsNoElfFile) {
  EXPECT_THAT(reason_after([](std::string& bytes) { bytes.clear(); }), HasSubstr("not an ELF file"));
  EXPECT_THAT(reason_after([](std::string& bytes) { bytes = "#!/bin/sh\n"; }), HasSubstr("not an ELF file"));
}

TEST_F(ChangedLibrary, OfAnotherMachineNamesTheField) {
  EXPECT_THAT(reason_after([](std::string& bytes) { bytes[18] = static_cast<char>(EM_S390); }),
              HasSubstr("e_machine is 22"));
}

TEST_F(ChangedLibrary, OfThirtyTwoBitsNamesTheField) {
  EXPECT_THAT(reason_after([](std::string& bytes) { bytes[EI_CLASS] = ELFCLASS32; }), HasSubstr("EI_CLASS"));
}

TEST_F(ChangedLibrary, WithATruncatedSectionSaysWhereItEnds) {
  EXPECT_THAT(reason_after_section([](Elf64_Shdr& section) { section.sh_offset = 1U << 30U; }),
              HasSubstr(".wyvern.manifest is truncated"));
}

TEST_F(ChangedLibrary, WithAnEnormousSectionIsNotRead) {
  EXPECT_THAT(reason_after_section([](Elf64_Shdr& section) { section.sh_size = ~0ULL; }), HasSubstr("at most 1048576"));
}

TEST_F(ChangedLibrary, WithASectionThatHasNoBytesIsRefused) {
  EXPECT_THAT(reason_after_section([](Elf64_Shdr& section) { section.sh_type = SHT_NOBITS; }), HasSubstr("no bytes"));
}

TEST_F(ChangedLibrary, CutShortAnywhereNeverHasAManifestThatIsWrong) {
  const auto whole = read_manifest(fixture("actor"));
  const auto bytes = read_file(fixture("actor"));
  for (std::size_t length = 0; length < bytes.size(); length += bytes.size() / 200) {
    write_file(scratch_ / "cut.so", bytes.substr(0, length));
    const auto read = read_manifest(scratch_ / "cut.so");
    if (read) {
      EXPECT_EQ(*read, *whole) << length;
    }
  }
}

TEST_F(ChangedLibrary, WithRandomBytesInItsHeadersIsReadOrRefused) {
  const auto original = read_file(fixture("actor"));
  Elf64_Ehdr header;
  std::memcpy(&header, original.data(), sizeof header);
  std::mt19937 random(20);  // NOLINT(cert-msc51-cpp): the same bytes every time
  for (int round = 0; round < 400; ++round) {
    auto bytes = original;
    for (int change = 0; change < 4; ++change) {
      const bool in_sections = random() % 2 == 0;
      const auto at = in_sections ? header.e_shoff + random() % (header.e_shnum * sizeof(Elf64_Shdr))
                                  : random() % sizeof(Elf64_Ehdr);
      bytes[at] = static_cast<char>(random());
    }
    write_file(scratch_ / "random.so", bytes);
    (void)read_manifest(scratch_ / "random.so");
  }
}

TEST(ManifestText, ThatIsRightIsTaken) { EXPECT_EQ(reason(right()), ""); }

TEST(ManifestText, MayHaveKeysOfALaterRelease) {
  auto manifest = right();
  manifest["colour"] = "blue";
  EXPECT_EQ(reason(manifest), "");
}

TEST(ManifestText, ThatIsNoJsonSaysWhere) {
  const auto parsed = parse_manifest("{\"id\": ");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("not JSON"));
}

TEST(ManifestText, WithEndlessNestingIsRefused) {
  const auto parsed = parse_manifest(std::string(100'000, '['));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("nested deeper"));
}

TEST(ManifestText, NamesEveryFieldThatIsMissingOrWrong) {
  auto manifest = right();
  manifest.erase("version");
  manifest["kinds"] = {"toaster"};
  const auto why = reason(manifest);
  EXPECT_THAT(why, HasSubstr("missing required 'version'"));
  EXPECT_THAT(why, HasSubstr("kinds/0"));
}

TEST(ManifestText, OfANewerMajorSaysBothVersions) {
  auto manifest = right();
  manifest["abi"]["major"] = 2;
  EXPECT_THAT(reason(manifest), HasSubstr("abi: major is newer than this kernel's: the plugin has ABI 2.0"));
}

TEST(ManifestText, OfAnOlderMajorSaysToRebuild) {
  auto manifest = right();
  manifest["abi"]["major"] = 0;
  EXPECT_THAT(reason(manifest), HasSubstr("major is older"));
  EXPECT_THAT(reason(manifest), HasSubstr("rebuild"));
}

TEST(ManifestText, OfANewerMinorNamesTheField) {
  auto manifest = right();
  manifest["abi"]["minor"] = 7;
  EXPECT_THAT(reason(manifest), HasSubstr("minor is newer"));
}

TEST(ManifestText, WithABrokenSchemaIsRefusedAtOnce) {
  auto manifest = right();
  manifest["schema"] = {{"properties", {{"a", {{"pattern", "("}}}}}};
  EXPECT_THAT(reason(manifest), HasSubstr("schema: the pattern '('"));
  manifest["schema"] = {{"$ref", "#/definitions/none"}};
  EXPECT_THAT(reason(manifest), HasSubstr("leads nowhere"));
}

}  // namespace
}  // namespace wyvern::host
