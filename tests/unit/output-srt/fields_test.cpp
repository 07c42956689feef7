#include <gmock/gmock.h>

#include "output_client.hpp"

namespace wyvern::test {

using testing::StartsWith;

class SrtFields : public SrtOutputTest {};

TEST_F(SrtFields, Values_that_fit_are_taken) {
  for (const Json& config :
       {Json{{"latency", 0}}, Json{{"latency", 60000}}, Json{{"passphrase", std::string(10, 'x')}},
        Json{{"passphrase", std::string(79, 'x')}}, Json{{"passphrase", "0123456789"}, {"pbkeylen", 24}},
        Json{{"url", "srt://h:9000"}, {"streamid", "#!::r=live/one,m=publish"}}, Json{{"video_bitrate_kbps", 100}},
        Json{{"audio_bitrate_kbps", 512}}, Json{{"url", "srt://h:9000?latency=300"}, {"latency", 300}}})
    EXPECT_EQ(fault(config), "") << config;
}

TEST_F(SrtFields, Values_that_do_not_fit_are_refused_with_the_field) {
  const std::pair<Json, const char*> configs[] = {
      {{{"latency", -1}}, "latency"},
      {{{"latency", 60001}}, "latency"},
      {{{"latency", 1.5}}, "latency"},
      {{{"latency", "fast"}}, "latency"},
      {{{"passphrase", "too short"}}, "passphrase"},
      {{{"passphrase", std::string(80, 'x')}}, "passphrase"},
      {{{"pbkeylen", 16}}, "pbkeylen"},
      {{{"pbkeylen", 17}, {"passphrase", "0123456789"}}, "pbkeylen"},
      {{{"url", "srt://h:9000"}, {"streamid", ""}}, "streamid"},
      {{{"url", "srt://h:9000"}, {"streamid", std::string(513, 'x')}}, "streamid"},
      {{{"streamid", "x"}}, "streamid"},
      {{{"video_bitrate_kbps", 99}}, "video_bitrate_kbps"},
      {{{"video_bitrate_kbps", "6000"}}, "video_bitrate_kbps"},
      {{{"audio_bitrate_kbps", 1000}}, "audio_bitrate_kbps"},
      {{{"url", 5}}, "url"},
      {{{"lateny", 5}}, "lateny"},
      {{{"", 5}}, ""},
      {{{"latency, pbkeylen", 5}}, "latency, pbkeylen"},
      {{{"url", "srt://h:9000?latency=200"}, {"latency", 300}}, "latency"},
      {{{"url", "srt://h:9000?latency=-5"}}, "latency"},
      {{{"url", "srt://h:9000?latency=99999999999999"}}, "latency"},
      {Json::array(), "output_config"},
  };
  for (const auto& [config, field] : configs) {
    SCOPED_TRACE(config);
    const auto message = fault(config);
    EXPECT_FALSE(message.empty());
    EXPECT_THAT(message, StartsWith(std::string(field) + ":"));
  }
}

TEST_F(SrtFields, Every_call_refuses_what_check_refuses) {
  const Json wrong = {{"url", "http://h"}};
  EXPECT_EQ(claims(wrong).error().status, WYV_INVALID);
  EXPECT_EQ(render("gstreamer", wrong).error().status, WYV_INVALID);
  EXPECT_EQ(requirements(wrong).error().status, WYV_INVALID);
}

TEST_F(SrtFields, The_schema_names_each_field_and_marks_the_secret) {
  const auto manifest = plugin().manifest();
  EXPECT_EQ(manifest["id"], text(plugin().plugin().id));
  const auto& schema = manifest["output_schema"];
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["properties"]["passphrase"]["x-secret"], true);
  EXPECT_EQ(fault({{"url", schema["properties"]["url"]["default"]},
                   {"latency", schema["properties"]["latency"]["default"]},
                   {"video_bitrate_kbps", schema["properties"]["video_bitrate_kbps"]["default"]},
                   {"audio_bitrate_kbps", schema["properties"]["audio_bitrate_kbps"]["default"]}}),
            "");
}

}  // namespace wyvern::test
