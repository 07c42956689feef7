#include "trace/trace.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace wyvern::trace {
namespace {

using testing::MatchesRegex;

const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string sound = "00-" + trace_id + "-00f067aa0ba902b7-01";

bool taken(std::string_view traceparent) { return of_call(traceparent, {}, "r-1").id() == trace_id; }

TEST(Traceparent, ThatIsSoundGoesOnWithASpanOfOurOwn) {
  const auto trace = of_call(sound, "vendor=1", "r-1");
  EXPECT_EQ(trace.id(), trace_id);
  EXPECT_EQ(trace.request_id, "r-1");
  EXPECT_TRUE(trace.sampled);
  EXPECT_EQ(trace.state, "vendor=1");
  EXPECT_THAT(trace.traceparent(), MatchesRegex("00-" + trace_id + "-[0-9a-f]{16}-01"));
  EXPECT_NE(trace.traceparent(), sound);
}

TEST(Traceparent, ThatIsNotSoundBeginsANewTraceWithoutTheState) {
  const std::string zeros32(32, '0');
  const std::string zeros16(16, '0');
  std::string upper = sound;
  upper[4] = 'B';
  const std::vector<std::string> unsound = {"",
                                            "00",
                                            sound.substr(0, 54),
                                            sound + "0",
                                            sound + "-what-the-future-will-be-like",
                                            "ff-" + trace_id + "-00f067aa0ba902b7-01",
                                            "0g-" + trace_id + "-00f067aa0ba902b7-01",
                                            "00-" + zeros32 + "-00f067aa0ba902b7-01",
                                            "00-" + trace_id + "-" + zeros16 + "-01",
                                            "00-" + trace_id + "-00f067aa0ba902b7-0x",
                                            "00_" + trace_id + "-00f067aa0ba902b7-01",
                                            "00-" + trace_id + "_00f067aa0ba902b7-01",
                                            "00-" + trace_id + "-00f067aa0ba902b7_01",
                                            "00-" + trace_id + "-+0f067aa0ba902b7-01",
                                            " " + sound,
                                            sound + " ",
                                            upper,
                                            "01-" + trace_id + "-00f067aa0ba902b7-01x",
                                            "01-" + trace_id + "-00f067aa0ba902b7-01.more"};
  for (const auto& text : unsound) {
    const auto trace = of_call(text, "vendor=1", "r-1");
    EXPECT_NE(trace.id(), trace_id) << text;
    EXPECT_THAT(trace.traceparent(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-00")) << text;
    EXPECT_EQ(trace.state, "") << text;
  }
}

TEST(Traceparent, OfALaterVersionIsTakenAsFarAsItIsKnown) {
  EXPECT_TRUE(taken("01-" + trace_id + "-00f067aa0ba902b7-01"));
  EXPECT_TRUE(taken("cc-" + trace_id + "-00f067aa0ba902b7-01-what-the-future-will-be-like"));
  EXPECT_THAT(of_call("cc-" + trace_id + "-00f067aa0ba902b7-01-more", {}, "r-1").traceparent(),
              MatchesRegex("00-" + trace_id + "-[0-9a-f]{16}-01"));
}

TEST(Traceparent, KeepsNoFlagButSampled) {
  EXPECT_TRUE(of_call("00-" + trace_id + "-00f067aa0ba902b7-ff", {}, "r").traceparent().ends_with("-01"));
  EXPECT_TRUE(of_call("00-" + trace_id + "-00f067aa0ba902b7-fe", {}, "r").traceparent().ends_with("-00"));
}

// Of the texts one change away from a sound one, those are taken that differ in the parent, in hexadecimal flags or in
// nothing that is read; and whatever comes in, what goes out is sound.
TEST(Traceparent, WithAnyByteChangedIsTakenOrReplacedAndStaysSound) {
  int others = 0;
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = sound;
      text[at] = static_cast<char>(byte);
      const auto trace = of_call(text, {}, "r-1");
      ASSERT_THAT(trace.traceparent(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"));
      ASSERT_TRUE(trace.high != 0 || trace.low != 0);
      const bool hexadecimal = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
      const bool parent_or_flags = (at >= 36 && at < 52) || at >= 53;
      if (text != sound && !(hexadecimal && (parent_or_flags || at < 2))) {
        ASSERT_NE(trace.id(), trace_id) << text;
        ++others;
      }
    }
  }
  EXPECT_GT(others, 50 * 200);
}

TEST(Traceparent, OfRandomBytesNeverBreaks) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same bytes each time
  const std::string bytes = "0123456789abcdef--=,@ \t\x7f\xff\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string parent(random() % 80, '0');
    std::string state(random() % 80, '0');
    for (auto* text : {&parent, &state})
      for (auto& c : *text) c = bytes[random() % bytes.size()];
    const auto trace = of_call(parent, state, parent.substr(0, 20));
    ASSERT_THAT(trace.traceparent(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"));
    ASSERT_TRUE(is_request_id(trace.request_id)) << trace.request_id;
    ASSERT_EQ(sound_trace_state(sound_trace_state(state)), sound_trace_state(state)) << state;
  }
}

TEST(RequestId, IsMadeWhenThereIsNoneOrNoHarmlessOne) {
  for (const std::string given : {"", "two words", "line\nbreak", "quote\"", "\xff", "a=b"})
    EXPECT_THAT(of_call({}, {}, given).request_id, MatchesRegex("[0-9a-f]{16}")) << given;
  EXPECT_THAT(of_call({}, {}, std::string(65, 'a')).request_id, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(of_call({}, {}, std::string(64, 'a')).request_id, std::string(64, 'a'));
}

TEST(Pass, HasATraceAndAnIdThatSaysWhatItIs) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto pass = of_pass("reconciler");
    EXPECT_THAT(pass.request_id, MatchesRegex("reconciler-[0-9a-f]{16}"));
    EXPECT_THAT(pass.traceparent(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-00"));
    ids.insert(pass.id());
    ids.insert(pass.request_id);
  }
  EXPECT_EQ(ids.size(), 200U);
}

}  // namespace
}  // namespace wyvern::trace
