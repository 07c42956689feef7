// What is rendered for GStreamer, given to the real srtsink and received by the real srtsrc over loopback.
#include <arpa/inet.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <sys/socket.h>
#include <unistd.h>

#include "output_client.hpp"

namespace wyvern::test {

namespace {

struct Unref {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
};
using Element = std::unique_ptr<GstElement, Unref>;

// In the order of their names, so that the uri comes after what it could undo.
void set_properties(GstElement* element, const Json& properties) {
  for (const auto& [name, value] : properties.items()) {
    ASSERT_NE(g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str()), nullptr) << name;
    gst_util_set_object_arg(G_OBJECT(element), name.c_str(),
                            value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  }
}

// A stream in buffers of that size into the elements as they were rendered.
Element sending(const Json& rendered, int buffer_bytes = 1316) {
  Element pipeline(gst_parse_launch(("fakesrc sizetype=fixed sizemax=" + std::to_string(buffer_bytes) +
                                     " filltype=pattern is-live=true do-timestamp=true datarate=200000 format=time "
                                     "name=from ! identity name=last")
                                        .c_str(),
                                    nullptr));
  auto* last = gst_bin_get_by_name(GST_BIN(pipeline.get()), "last");
  for (const auto& described : rendered["elements"]) {
    auto* element = gst_element_factory_make(described["factory"].get<std::string>().c_str(), "sink");
    set_properties(element, described["properties"]);
    gst_bin_add(GST_BIN(pipeline.get()), element);
    EXPECT_TRUE(gst_element_link(last, element));
  }
  gst_object_unref(last);
  return pipeline;
}

// A UDP port that was free a moment ago.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

// What "stats.bytes-sent-total" of a rendering's watch means.
std::uint64_t watched_bytes(GstElement* pipeline, const Json& rendered) {
  EXPECT_EQ(rendered["watch"]["bytes"], "stats.bytes-sent-total");
  auto* sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  GstStructure* stats = nullptr;
  g_object_get(sink, "stats", &stats, nullptr);
  gst_object_unref(sink);
  guint64 bytes = 0;
  EXPECT_TRUE(gst_structure_get_uint64(stats, "bytes-sent-total", &bytes));
  gst_structure_free(stats);
  return bytes;
}

bool receives(GstElement* receiver, GstClockTime longest = 10 * GST_SECOND) {
  auto* sink = gst_bin_get_by_name(GST_BIN(receiver), "to");
  auto* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), longest);
  gst_object_unref(sink);
  if (sample == nullptr) return false;
  gst_sample_unref(sample);
  return true;
}

// Calls again when the connection was refused or lost, as receivers do: on a busy machine a handshake can time out.
bool is_received_from(const std::string& uri) {
  for (int tries = 0; tries < 5; ++tries) {
    const Element receiver(gst_parse_launch(("srtsrc uri=" + uri + " ! appsink name=to sync=false").c_str(), nullptr));
    if (gst_element_set_state(receiver.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) continue;
    if (receives(receiver.get(), 4 * GST_SECOND)) return true;
  }
  return false;
}

}  // namespace

class SrtSink : public SrtOutputTest {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

TEST_F(SrtSink, An_encrypted_listener_is_received_by_whoever_has_the_passphrase) {
  const std::string host = "srt://127.0.0.1:" + std::to_string(free_port());
  const auto rendered =
      render("gstreamer", {{"url", host + "?mode=listener"}, {"passphrase", "0123456789"}, {"pbkeylen", 16}})
          .or_throw();
  const Element sender = sending(rendered);
  ASSERT_NE(gst_element_set_state(sender.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  EXPECT_TRUE(is_received_from(host + "?mode=caller passphrase=0123456789"));
  EXPECT_GT(watched_bytes(sender.get(), rendered), 0U);
}

// The receiver of an encrypted stream without a passphrase would get nothing; one of a plain stream would get all.
TEST_F(SrtSink, A_listener_with_a_passphrase_is_not_received_without_it) {
  const std::string host = "srt://127.0.0.1:" + std::to_string(free_port());
  const auto rendered =
      render("gstreamer", {{"url", host + "?mode=listener"}, {"passphrase", "0123456789"}}).or_throw();
  const Element sender = sending(rendered);
  ASSERT_NE(gst_element_set_state(sender.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  const Element receiver(
      gst_parse_launch(("srtsrc uri=" + host + "?mode=caller ! appsink name=to sync=false").c_str(), nullptr));
  ASSERT_NE(gst_element_set_state(receiver.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  EXPECT_FALSE(receives(receiver.get(), GST_SECOND));
}

// Why the rendering says "splits".
TEST_F(SrtSink, Cuts_what_it_is_given_into_datagrams) {
  constexpr int picture_bytes = 20 * 1316 + 188;
  const std::string host = "srt://127.0.0.1:" + std::to_string(free_port());
  const auto rendered = render("gstreamer", {{"url", host + "?mode=listener"}}).or_throw();
  ASSERT_EQ(rendered["splits"], true);
  const Element sender = sending(rendered, picture_bytes);
  ASSERT_NE(gst_element_set_state(sender.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  const Element receiver(
      gst_parse_launch(("srtsrc uri=" + host + "?mode=caller ! appsink name=to sync=false").c_str(), nullptr));
  ASSERT_NE(gst_element_set_state(receiver.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  auto* sink = gst_bin_get_by_name(GST_BIN(receiver.get()), "to");
  for (int full = 0; full < 40;) {
    auto* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 10 * GST_SECOND);
    ASSERT_NE(sample, nullptr) << "after " << full << " full datagrams";
    const auto size = gst_buffer_get_size(gst_sample_get_buffer(sample));
    gst_sample_unref(sample);
    ASSERT_TRUE(size == 1316 || size == 188) << size;
    full += size == 1316;
  }
  gst_object_unref(sink);
}

TEST_F(SrtSink, Signs_in_a_passphrase_and_a_stream_id_arrive_as_they_are) {
  const std::string odd = "a&b+c%d=e f#?/\u00fc";
  const auto rendered =
      render("gstreamer", {{"url", "srt://h:9000"}, {"passphrase", odd}, {"streamid", odd}}).or_throw();
  const Element pipeline = sending(rendered);
  auto* sink = gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink");
  gchar* streamid = nullptr;
  g_object_get(sink, "streamid", &streamid, nullptr);
  EXPECT_STREQ(streamid, odd.c_str());
  g_free(streamid);
  gst_object_unref(sink);
}

TEST_F(SrtSink, A_caller_reaches_its_receiver) {
  const std::string host = "srt://127.0.0.1:" + std::to_string(free_port());
  const Element receiver(
      gst_parse_launch(("srtsrc uri=" + host + "?mode=listener ! appsink name=to sync=false").c_str(), nullptr));
  ASSERT_NE(gst_element_set_state(receiver.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  const auto rendered =
      render("gstreamer", {{"url", host + "?mode=caller&latency=50"}, {"streamid", "one"}}).or_throw();
  const Element sender = sending(rendered);
  ASSERT_NE(gst_element_set_state(sender.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  EXPECT_TRUE(receives(receiver.get()));
  EXPECT_GT(watched_bytes(sender.get(), rendered), 0U);
}

}  // namespace wyvern::test
