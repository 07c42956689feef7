#include "library/byte_range.hpp"

#include <gtest/gtest.h>

namespace wyvern::library {
namespace {

using Kind = ByteRange::Kind;

void expect(std::string_view header, Kind kind, std::uint64_t first, std::uint64_t size) {
  const auto range = parse_range(header, 1000);
  EXPECT_EQ(range.kind, kind) << header;
  EXPECT_EQ(range.first, first) << header;
  EXPECT_EQ(range.size, size) << header;
}

TEST(ByteRange, NamesAPartByItsEnds) {
  expect("bytes=0-0", Kind::part, 0, 1);
  expect("bytes=0-499", Kind::part, 0, 500);
  expect("bytes=500-", Kind::part, 500, 500);
  expect("bytes=999-", Kind::part, 999, 1);
  expect("bytes=-100", Kind::part, 900, 100);
  expect("bytes=-5000", Kind::part, 0, 1000);
  expect("bytes=900-5000", Kind::part, 900, 100);
}

TEST(ByteRange, BeyondTheEndCannotBeSatisfied) {
  expect("bytes=1000-", Kind::unsatisfiable, 0, 0);
  expect("bytes=5000-6000", Kind::unsatisfiable, 0, 0);
  expect("bytes=-0", Kind::unsatisfiable, 0, 0);
  EXPECT_EQ(parse_range("bytes=0-", 0).kind, Kind::unsatisfiable);
}

TEST(ByteRange, ThatIsNotUnderstoodIsNoRange) {
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=0-1,5-6", "frames=0-1",
                             "bytes= 0-1", "bytes=99999999999999999999-", "bytes=--5"}) {
    expect(header, Kind::whole, 0, 1000);
  }
}

}  // namespace
}  // namespace wyvern::library
