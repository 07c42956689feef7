#include <gtest/gtest.h>

#include "trace/trace.hpp"

namespace wyvern::trace {
namespace {

TEST(TraceState, ThatIsSoundIsHandedOn) {
  EXPECT_EQ(sound_trace_state("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  EXPECT_EQ(sound_trace_state("fw529a3039@dt=FfAAAA;1 2!~"), "fw529a3039@dt=FfAAAA;1 2!~");
  EXPECT_EQ(sound_trace_state("1a@v=1"), "1a@v=1");
  EXPECT_EQ(sound_trace_state("a_-*/9=x"), "a_-*/9=x");
}

TEST(TraceState, LosesTheBlanksAroundItsMembersAndThoseThatAreEmpty) {
  EXPECT_EQ(sound_trace_state(" a=1\t, ,\tb=2 ,"), "a=1,b=2");
  EXPECT_EQ(sound_trace_state(""), "");
}

TEST(TraceState, ThatBreaksTheGrammarIsDroppedWhole) {
  for (const std::string text : {"a", "=1", "a=", "A=1", "1a=1", "a b=1", "a=1,a=2", "a=b=c", "a=\x01", "a=\xc3\xa4",
                                 "@v=1", "t@=1", "t@1v=1", "t@u@v=1", "a=1\r\nX-Evil: 1"})
    EXPECT_EQ(sound_trace_state("ok=1," + text), "") << text;
  EXPECT_EQ(sound_trace_state(std::string(257, 'a') + "=1"), "");
  EXPECT_EQ(sound_trace_state("a=" + std::string(257, 'v')), "");
  EXPECT_EQ(sound_trace_state("t@" + std::string(15, 'v') + "=1"), "");
}

TEST(TraceState, OfMoreThan32MembersIsDropped) {
  std::string text;
  for (int i = 0; i < 32; ++i) text += (i == 0 ? "k" : ",k") + std::to_string(i) + "=1";
  EXPECT_EQ(sound_trace_state(text), text);
  EXPECT_EQ(sound_trace_state(text + ",one-more=1"), "");
}

TEST(TraceState, LosesItsEndBeyond512Bytes) {
  const std::string long_one = "a=" + std::string(256, 'v');
  const std::string fits = long_one + ",b=" + std::string(512 - long_one.size() - 3, 'w');
  EXPECT_EQ(fits.size(), 512U);
  EXPECT_EQ(sound_trace_state(fits), fits);
  EXPECT_EQ(sound_trace_state(fits + ",c=1"), fits);
  EXPECT_EQ(sound_trace_state(fits + "w"), long_one);
}

}  // namespace
}  // namespace wyvern::trace
