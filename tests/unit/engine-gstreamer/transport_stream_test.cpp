#include "transport_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

#include "../../media/transport_stream.hpp"  // not the feeder's of the same name
#include "marked_clips.hpp"

namespace wyvern::feeder {
namespace {

constexpr GstClockTime hour = 3600 * GST_SECOND;
constexpr std::size_t packet = 188;

Gst<GstSample> coded(const std::vector<std::uint8_t>& bytes, GstClockTime stamp, GstClockTime segment_start) {
  GstBuffer* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
  GST_BUFFER_PTS(buffer) = segment_start + stamp;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment_start;
  Gst<GstSample> sample(gst_sample_new(buffer, nullptr, &segment, nullptr));
  gst_buffer_unref(buffer);
  return sample;
}

std::vector<std::uint8_t> picture_of(std::size_t size) {
  std::vector<std::uint8_t> bytes(size, 0x55);
  constexpr std::uint8_t delimiter_and_slice[] = {0, 0, 0, 1, 9, 0x30, 0, 0, 0, 1, 0x65};
  std::copy(std::begin(delimiter_and_slice), std::end(delimiter_and_slice), bytes.begin());
  return bytes;
}

std::vector<std::uint8_t> sound_of(std::size_t size) {
  std::vector<std::uint8_t> bytes(size, 0x11);
  const std::uint8_t head[] = {0xff,
                               0xf1,
                               0x4c,
                               static_cast<std::uint8_t>(0x80 | (size >> 11)),
                               static_cast<std::uint8_t>(size >> 3),
                               static_cast<std::uint8_t>((size & 7) << 5 | 0x1f),
                               0xfc};
  std::copy(std::begin(head), std::end(head), bytes.begin());
  return bytes;
}

// Less than the stream gathers at once, and more.
std::size_t size_of_picture(std::size_t n) { return (n % 2 == 0 ? 5'000 : 70'000) + n; }

struct TransportStreamTest : ::testing::Test {
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  TransportStreamTest() : stream([this](GstSample* sample) { take(sample); }) {}

  void take(GstSample* sample) {
    GstMapInfo map;
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    ASSERT_NE(gst_buffer_map(buffer, &map, GST_MAP_READ), FALSE);
    sizes.push_back(map.size);
    bytes.insert(bytes.end(), map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
  }

  // Two seconds of 25 pictures each, with their sound.
  void play() {
    GstClockTime next_sound = 0;
    for (GstClockTime n = 0; n < 50; ++n) {
      const GstClockTime time = GST_SECOND + n * 40 * GST_MSECOND;
      for (; GST_SECOND + next_sound <= time; next_sound += 1024 * GST_SECOND / 48'000)
        ASSERT_TRUE(stream.sound(coded(sound_of(340), GST_SECOND + next_sound, 0).get()));
      ASSERT_TRUE(stream.picture(coded(picture_of(size_of_picture(n)), time, 1000 * hour).get()));
      delivered.push_back(bytes.size());
    }
  }

  struct Clock {
    std::size_t at_packet;
    std::int64_t ticks;  // of 90 kHz
  };
  std::vector<Clock> clocks() const {
    std::vector<Clock> found;
    for (std::size_t at = 0; at + packet <= bytes.size(); at += packet) {
      const std::uint8_t* p = &bytes[at];
      if ((p[3] & 0x20) == 0 || p[4] == 0 || (p[5] & 0x10) == 0) continue;
      found.push_back({at / packet, std::int64_t{p[6]} << 25 | std::int64_t{p[7]} << 17 | std::int64_t{p[8]} << 9 |
                                        std::int64_t{p[9]} << 1 | p[10] >> 7});
    }
    return found;
  }
  media::TransportStream read() const {
    const std::string path = test::clip_folder() + "transport_stream_test.ts";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return media::read_transport_stream(path);
  }

  TransportStream stream;
  std::vector<std::size_t> sizes;
  std::vector<std::uint8_t> bytes;
  std::vector<std::size_t> delivered;  // after each picture
};

TEST_F(TransportStreamTest, GivesWholePacketsInFullDatagrams) {
  play();
  for (const std::size_t size : sizes) EXPECT_EQ(size % packet, 0U);
  for (std::size_t at = 0; at < bytes.size(); at += packet) ASSERT_EQ(bytes[at], 0x47) << "at " << at;
  // A picture may end in a datagram that is not full; nothing else may.
  const auto full =
      std::count_if(sizes.begin(), sizes.end(), [](std::size_t size) { return size % TransportStream::datagram == 0; });
  EXPECT_LE(static_cast<std::ptrdiff_t>(sizes.size()) - full, 50);
}

TEST_F(TransportStreamTest, CarriesEveryByteAndEveryStamp) {
  play();
  const auto got = read();
  EXPECT_EQ(got.discontinuities, 0);
  ASSERT_EQ(got.picture.size(), 50U);
  for (std::size_t n = 0; n < got.picture.size(); ++n) {
    EXPECT_EQ(got.picture[n].bytes, picture_of(size_of_picture(n))) << n;
    EXPECT_EQ(got.picture[n].stamp - got.picture[0].stamp, static_cast<std::int64_t>(n) * 3600) << n;
  }
  ASSERT_GE(got.sound.size(), 90U);
  for (const auto& unit : got.sound) EXPECT_EQ(unit.bytes, sound_of(340));
  EXPECT_EQ(got.sound[0].stamp, got.picture[0].stamp);
}

TEST_F(TransportStreamTest, DeliversAPictureWholeBeforeTheNext) {
  play();
  std::size_t after = 0;
  for (std::size_t n = 0; n < delivered.size(); ++n) {
    EXPECT_GE(delivered[n] - after, size_of_picture(n)) << n;
    after = delivered[n];
  }
}

TEST_F(TransportStreamTest, TellsItsClockOftenAndStaysAheadOfIt) {
  play();
  const auto told = clocks();
  ASSERT_GE(told.size(), 50U);
  for (std::size_t i = 1; i < told.size(); ++i) {
    EXPECT_GT(told[i].ticks, told[i - 1].ticks);
    EXPECT_LE(told[i].ticks - told[i - 1].ticks, 3600) << "more than 40 ms without a clock";
  }
  const auto first_stamp = read().picture[0].stamp;
  EXPECT_GT(first_stamp - told[0].ticks, 9000) << "less than 100 ms to collect a picture";
  EXPECT_LT(first_stamp - told[0].ticks, 45'000) << "more than 500 ms of delay";
}

}  // namespace
}  // namespace wyvern::feeder
