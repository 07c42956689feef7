#include <gmock/gmock.h>

#include "output_client.hpp"

namespace wyvern::test {

class SrtRendering : public SrtOutputTest {};

TEST_F(SrtRendering, For_gstreamer_a_listener_is_an_srtsink_that_never_waits) {
  const auto rendered =
      render("gstreamer", {{"url", "srt://127.0.0.1:9000?mode=listener"}, {"latency", 120}}).or_throw();
  EXPECT_EQ(rendered["takes"], "mpegts");
  EXPECT_EQ(rendered["splits"], true);  // see SrtSink.Cuts…
  EXPECT_EQ(rendered["elements"], Json::array({{{"factory", "srtsink"},
                                                {"properties",
                                                 {{"uri", "srt://127.0.0.1:9000?mode=listener&latency=120"},
                                                  {"latency", 120},
                                                  {"wait-for-connection", false},
                                                  {"sync", false},
                                                  {"async", false}}}}}));
  EXPECT_EQ(rendered["watch"],
            (Json{{"element", 0}, {"bytes", "stats.bytes-sent-total"}, {"clients", "stats.callers"}}));
  EXPECT_EQ(rendered["encoder"], (Json{{"video_bitrate_kbps", 6000}, {"audio_bitrate_kbps", 192}}));
  EXPECT_EQ(rendered["address"], "srt://127.0.0.1:9000");
  EXPECT_EQ(rendered["secrets"], Json::array());
}

TEST_F(SrtRendering, A_passphrase_stands_in_secret_properties_and_nowhere_else) {
  auto rendered =
      render("gstreamer", {{"url", "srt://10.0.0.1:9000?pbkeylen=32&streamid=one"}, {"passphrase", "open sesame!"}})
          .or_throw();
  auto& properties = rendered["elements"][0]["properties"];
  EXPECT_EQ(properties["passphrase"], "open sesame!");
  EXPECT_EQ(properties["pbkeylen"], 32);
  EXPECT_EQ(properties["streamid"], "one");
  EXPECT_EQ(properties["uri"],
            "srt://10.0.0.1:9000?mode=caller&latency=200&passphrase=open%20sesame%21&pbkeylen=32&streamid=one");
  EXPECT_EQ(rendered["secrets"], Json::array({"passphrase", "uri"}));
  properties.erase("passphrase");
  properties.erase("uri");
  EXPECT_THAT(rendered.dump(), testing::Not(testing::HasSubstr("sesame")));
}

TEST_F(SrtRendering, The_same_configuration_is_rendered_the_same_always) {
  const Json config = {{"url", "srt://10.0.0.1:9000?latency=90"}, {"passphrase", "0123456789"}};
  for (const char* engine : {"gstreamer", "casparcg"})
    EXPECT_EQ(render(engine, config).or_throw(), render(engine, config).or_throw());
}

TEST_F(SrtRendering, For_casparcg_it_is_a_stream_consumer_with_its_latency_in_microseconds) {
  const auto rendered =
      render("casparcg", {{"url", "srt://:9000"}, {"latency", 120}, {"video_bitrate_kbps", 4000}}).or_throw();
  const auto& arguments = rendered["arguments"];
  EXPECT_EQ(arguments[0], "STREAM");
  EXPECT_EQ(arguments[1], "srt://0.0.0.0:9000?mode=listener&latency=120000&listen_timeout=3000000");
  const auto text = arguments.dump();
  for (const char* part : {R"("-format","mpegts")", R"("-b:v","4000k")", R"("-filter:v","format=yuv420p")",
                           R"("-filter:a","pan=stereo|c0=c0|c1=c1")"})
    EXPECT_THAT(text, testing::HasSubstr(part));
  EXPECT_EQ(rendered["address"], "srt://0.0.0.0:9000");
  EXPECT_EQ(rendered["secrets"], Json::array());
}

TEST_F(SrtRendering, For_casparcg_a_passphrase_is_an_option_of_its_own_and_the_arguments_are_secret) {
  const auto rendered =
      render("casparcg", {{"url", "srt://h:9000?streamid=a%26b"}, {"passphrase", "a&b+c%d efg"}}).or_throw();
  EXPECT_THAT(rendered["arguments"].dump(), testing::HasSubstr(R"("-passphrase","a&b+c%d efg","-streamid","a&b")"));
  EXPECT_EQ(rendered["arguments"][1], "srt://h:9000?mode=caller&latency=200000");
  EXPECT_EQ(rendered["secrets"], Json::array({"arguments"}));
}

TEST_F(SrtRendering, An_engine_that_is_not_known_is_told_which_are) {
  const auto error = render("melt", Json::object()).error();
  EXPECT_EQ(error.status, WYV_UNSUPPORTED);
  EXPECT_THAT(error.message, testing::AllOf(testing::HasSubstr("gstreamer"), testing::HasSubstr("casparcg")));
}

}  // namespace wyvern::test
