#include "target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wyvern::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Target, DecodesSegmentsAndQuery) {
  Target target;
  ASSERT_FALSE(target.parse("/a%20b/%C3%A4?x=1+2&y=%26%2F&flag&&z="));
  EXPECT_THAT(target.segments(), ElementsAre("a b", "ä"));
  EXPECT_THAT(target.query(), ElementsAre(Pair("x", "1 2"), Pair("y", "&/"), Pair("flag", ""), Pair("z", "")));
}

TEST(Target, KeepsAPlusInThePath) {
  Target target;
  ASSERT_FALSE(target.parse("/a+b"));
  EXPECT_THAT(target.segments(), ElementsAre("a+b"));
}

TEST(Target, DecodesOnceOnly) {
  Target target;
  ASSERT_FALSE(target.parse("/%252e%252e"));
  EXPECT_THAT(target.segments(), ElementsAre("%2e%2e"));
}

TEST(Target, TakesTheAbsoluteFormThatProxiesSend) {
  Target target;
  ASSERT_FALSE(target.parse("http://example.org:80/a?b=c"));
  EXPECT_THAT(target.segments(), ElementsAre("a"));
  ASSERT_FALSE(target.parse("http://example.org"));
  EXPECT_THAT(target.segments(), ElementsAre(""));
}

TEST(Target, RefusesWhatNoHonestClientSends) {
  for (const auto* hostile : {"/a/../b",    "/a/%2e%2e/b",   "/a/.%2E/b",
                              "/./a",       "/..",           "/a%00b",
                              "/a%0d%0ab",  "/a%7f",         "/a%",
                              "/a%4",       "/a%zz",         "/%c0%ae%c0%ae/",
                              "/%c0%af",    "/%e0%80%af",    "/%f0%80%80%af",
                              "/%ed%a0%80", "/%f4%90%80%80", "/%ff",
                              "/%c3",       "/a%2fb",        "/..%2f..%2fetc%2fpasswd",
                              "/a#b",       "a/b",           "",
                              "?x=1",       "/a?=1",         "/a?x=%00",
                              "/a?x=%",     "/a?x=%ff",      "/a?%0a=1",
                              "\xc0\xae"})
    EXPECT_TRUE(Target().parse(hostile)) << hostile;
}

TEST(Target, RefusesAQueryKeyThatComesTwice) {
  Target target;
  const auto refusal = target.parse("/a?x=1&y=2&%78=3");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
  EXPECT_EQ(refusal->code, "http.duplicate_field");
  EXPECT_EQ(refusal->detail["field"], "x");
}

TEST(Target, RefusesMoreQueryFieldsThanAnyOperationHas) {
  std::string query = "/a?f0=";
  for (int i = 1; i < 64; ++i) query += "&f" + std::to_string(i) + "=";
  EXPECT_FALSE(Target().parse(query));
  EXPECT_TRUE(Target().parse(query + "&one_more="));
}

TEST(Target, ForgetsTheTargetBefore) {
  Target target;
  ASSERT_FALSE(target.parse("/a?x=1"));
  ASSERT_FALSE(target.parse("/b"));
  EXPECT_THAT(target.segments(), ElementsAre("b"));
  EXPECT_TRUE(target.query().empty());
}

TEST(Utf8, TakesEveryLengthAndItsLimits) {
  for (const auto* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xbf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80",
                          "\xc2", "\xe1\x80", "\xf1\x80\x80", "\xc2\x41"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

}  // namespace
}  // namespace wyvern::http
