// The boundary keeps what each release promised (sdk/VERSIONING.md, sdk/releases), and a breach of it is noticed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "boundary.hpp"
#include "plugin_host/scratch_folder.hpp"

namespace wyvern::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path source = WYVERN_SOURCE_DIR;
const fs::path include = source / "sdk/include";

TEST(Boundary, KeepsWhatEachReleasePromised) {
  int releases = 0;
  for (const auto& release : fs::directory_iterator(source / "sdk/releases")) {
    if (!release.is_directory()) continue;
    ++releases;
    EXPECT_THAT(breaks_since(release.path() / "abi.dump", include), IsEmpty()) << "since " << release.path().filename();
  }
  EXPECT_GE(releases, 1) << "sdk/releases has no record";
}

struct Change {
  const char* name;
  const char* header;
  const char* from;
  const char* to;
  const char* break_;  // what is said of it; empty when it is allowed
};
std::ostream& operator<<(std::ostream& out, const Change& change) { return out << change.name; }

// Each is one edit of today's headers, compared with today's.
class BoundaryAfter : public ::testing::TestWithParam<Change> {};

TEST_P(BoundaryAfter, IsJudged) {
  const auto& change = GetParam();
  const ScratchFolder scratch;
  fs::copy(include, scratch.path() / "include", fs::copy_options::recursive);
  const auto header = scratch.path() / "include/wyvern/abi" / change.header;
  auto text = get_file(header);
  const auto at = text.find(change.from);
  ASSERT_NE(at, std::string::npos) << change.from;
  text.replace(at, std::string_view(change.from).size(), change.to);
  put_file(header, text);
  const auto record = scratch.path() / "today.dump";
  ASSERT_EQ(std::system(("'" + (source / "tools/abi-dump").string() + "' '" + include.string() + "' today '" +
                         record.string() + "'")
                            .c_str()),
            0);

  const auto breaks = breaks_since(record, scratch.path() / "include");
  if (*change.break_ == '\0')
    EXPECT_THAT(breaks, IsEmpty());
  else
    EXPECT_THAT(breaks, Contains(HasSubstr(change.break_)));
}

constexpr Change changes[] = {
    {"AFunctionAtTheEnd", "surface.h", "} wyv_surface_v1;", "  void (*more)(void);\n} wyv_surface_v1;", ""},
    {"AFieldAtTheEnd", "base.h", "  uint32_t retryable;", "  uint32_t retryable;\n  wyv_view place;", ""},
    {"AnEnumerator", "store.h", "WYV_VALUE_NULL = 0,", "WYV_VALUE_NULL = 0, WYV_VALUE_UUID = 8,", ""},
    {"AStructure", "surface.h", "typedef struct wyv_surface_v1 {",
     "typedef struct wyv_extra {\n  uint32_t a;\n} wyv_extra;\ntypedef struct wyv_surface_v1 {", ""},
    {"AFunctionInTheMiddle", "store.h", "  void (*close)(", "  void (*more)(void);\n  void (*close)(",
     "struct wyv_store_v1: Added_Field_And_Layout_And_Size more"},
    {"AFunctionLess", "output.h",
     "  wyv_status (*check)(wyv_instance* output, wyv_view config_json, const wyv_context* "
     "context);",
     "", "struct wyv_output_v1: Removed_Field"},
    {"ATypeOfAParameter", "host.h", "wyv_view labels_json, double value)", "wyv_view labels_json, float value)",
     "struct wyv_host_metrics_v1: Field_BaseType set"},
    {"ARenamedFunction", "store.h", "(*close)(", "(*shut)(", "struct wyv_store_v1: Renamed_Field close"},
    {"AValueOfAnEnumerator", "store.h", "WYV_VALUE_TEXT = 4,", "WYV_VALUE_TEXT = 9,",
     "enum wyv_value_type: Enum_Member_Value WYV_VALUE_TEXT 4 -> 9"},
    {"AGrownValue", "base.h", "  const char* data;", "  const char* data;\n  uint64_t capacity;", "wyv_view"},
    {"AGrownSinkWithoutASize", "base.h", "  void (*write)(void* self, wyv_view text);",
     "  void (*write)(void* self, wyv_view text);\n  void (*end)(void* self);", "wyv_text_sink"},
    {"AStructureLess", "surface.h", "typedef struct wyv_surface_v1 {", "typedef struct wyv_another_v1 {",
     "wyv_surface_v1: it is gone"},
};
INSTANTIATE_TEST_SUITE_P(Changing, BoundaryAfter, ::testing::ValuesIn(changes),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace wyvern::test
