#include <gmock/gmock.h>

#include "output_client.hpp"

namespace wyvern::test {

using testing::HasSubstr;
using testing::StartsWith;

class SrtAddress : public SrtOutputTest {};

TEST_F(SrtAddress, Listeners_callers_and_rendezvous_are_taken) {
  for (const char* url :
       {"srt://127.0.0.1:9000?mode=listener", "srt://0.0.0.0:1?mode=listener", "srt://:65535?mode=listener",
        "srt://:9000", "srt://encoder.example.org:9000", "srt://10.0.0.1:9000?mode=caller",
        "srt://[::1]:9000?mode=listener", "srt://[2001:db8::1]:9000?mode=caller&streamid=a%20b",
        "srt://10.0.0.1:9000/?mode=rendezvous", "srt://10.0.0.1:9000?mode=caller&latency=120", "SRT://10.0.0.1:9000"})
    EXPECT_EQ(fault_of_url(url), "") << url;
}

TEST_F(SrtAddress, What_is_no_srt_address_is_refused_with_the_field_and_the_fault) {
  const std::pair<const char*, const char*> urls[] = {
      {"", "URL"},
      {"nonsense", "URL"},
      {"srt//127.0.0.1:9000", "URL"},
      {"http://127.0.0.1:9000", "srt://"},
      {"udp://127.0.0.1:9000", "srt://"},
      {"srt:127.0.0.1", "host"},
      {"srt://127.0.0.1", "port"},
      {"srt://127.0.0.1:?mode=listener", "port"},
      {"srt://127.0.0.1:0?mode=listener", "port"},
      {"srt://127.0.0.1:65536?mode=listener", "port"},
      {"srt://127.0.0.1:99999999999?mode=listener", "port"},
      {"srt://127.0.0.1:-1", "port"},
      {"srt://127.0.0.1:9000?mode=server", "listener, caller or rendezvous"},
      {"srt://127.0.0.1:9000?mode=", "listener, caller or rendezvous"},
      {"srt://:9000?mode=caller", "host"},
      {"srt://0.0.0.0:9000?mode=caller", "host"},
      {"srt://[::]:9000?mode=rendezvous", "host"},
      {"srt://user:word@10.0.0.1:9000", "user names"},
      {"srt://10.0.0.1:9000/live/stream", "path"},
      {"srt://10.0.0.1:9000#part", "#"},
      {"srt://10.0.0.1:9000?mode=caller&mode=listener", "twice"},
      {"srt://10.0.0.1:9000?transtype=file", "transtype"},
      {"srt://10.0.0.1:9000?Latency=20", "Latency"},
      {"srt://10.0.0.1 :9000", "space"},
      {"srt://10.0.0.1:9000\n", "control character"},
      {"srt://exa<mple:9000", "URL"},
      {"srt://10.0.0.1:9000?streamid=%zz", "URL"},
  };
  for (const auto& [url, fault] : urls) {
    SCOPED_TRACE(url);
    EXPECT_THAT(fault_of_url(url), testing::AllOf(StartsWith("url"), HasSubstr(fault)));
  }
}

TEST_F(SrtAddress, Without_a_url_it_listens_on_loopback) {
  EXPECT_EQ(fault(Json::object()), "");
  EXPECT_EQ(render("gstreamer", Json::object()).or_throw()["address"], "srt://127.0.0.1:9000");
}

// A url is shown, the field passphrase is not.
TEST_F(SrtAddress, A_passphrase_in_the_url_is_refused_with_the_field_that_it_belongs_in) {
  for (const char* url : {"srt://h:9000?passphrase=swordfish-swordfish",
                          "srt://:9000?passphrase=", "srt://h:9000?mode=caller&pass%70hrase=swordfish-swordfish"})
    EXPECT_THAT(fault_of_url(url), testing::AllOf(StartsWith("url"), HasSubstr("field passphrase"))) << url;
  EXPECT_THAT(fault({{"url", "srt://h:9000?passphrase=swordfish-1"}, {"passphrase", "swordfish-1"}}),
              HasSubstr("field passphrase"));
}

TEST_F(SrtAddress, No_message_repeats_a_passphrase) {
  for (const char* url :
       {"srt://:9000?mode=caller&passphrase=swordfish-swordfish", "srt://h:9 9?passphrase=swordfish-swordfish",
        "srt://h:90000?passphrase=swordfish-swordfish", "srt://h:9000?passphrase=swordfish%zz",
        "srt://x:swordfish-swordfish@h:9000", "srt://h:9000?passphrases=swordfish-swordfish"})
    EXPECT_THAT(fault_of_url(url), testing::Not(HasSubstr("swordfish"))) << url;
  EXPECT_THAT(fault({{"passphrase", "swordfish"}}), testing::Not(HasSubstr("swordfish")));
  EXPECT_THAT(fault({{"passphrase", {"swordfish-1"}}}), testing::Not(HasSubstr("swordfish")));
}

}  // namespace wyvern::test
