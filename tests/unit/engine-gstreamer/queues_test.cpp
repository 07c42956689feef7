#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "picture_queue.hpp"
#include "sample_queue.hpp"

namespace wyvern::feeder {
namespace {

BufferRef numbered(guint64 number) {
  gst_init(nullptr, nullptr);
  GstBuffer* buffer = gst_buffer_new();
  GST_BUFFER_OFFSET(buffer) = number;
  return BufferRef::take(buffer);
}

std::int64_t number(const Look& look) {
  return look.buffer ? static_cast<std::int64_t>(GST_BUFFER_OFFSET(look.buffer.get())) : -1;
}

TEST(PictureQueue, ShowsTheLastPictureThatIsDue) {
  PictureQueue queue(10);
  for (const int index : {0, 2, 4}) queue.push(index, numbered(static_cast<guint64>(index)));
  EXPECT_EQ(number(queue.look(0)), 0);
  EXPECT_EQ(number(queue.look(1)), 0);
  EXPECT_EQ(number(queue.look(2)), 2);
  EXPECT_EQ(number(queue.look(3)), 2);
}

TEST(PictureQueue, BeginsWithTheNewestPictureBeforeTheInPointWhenNoneIsDueAtIt) {
  PictureQueue queue(10);
  queue.push(-2, numbered(7));
  queue.push(-1, numbered(8));
  EXPECT_FALSE(queue.ready());
  queue.push(1, numbered(9));
  EXPECT_TRUE(queue.ready());
  EXPECT_EQ(number(queue.look(0)), 8);
  EXPECT_EQ(number(queue.look(1)), 9);
}

TEST(PictureQueue, ForgetsPicturesBeforeTheInPointWhenOneIsDueAtIt) {
  PictureQueue queue(10);
  queue.push(-1, numbered(8));
  queue.push(0, numbered(9));
  EXPECT_EQ(number(queue.look(0)), 9);
}

TEST(PictureQueue, IsLateAndSaysByHowMuchWhenADecoderFallsBehind) {
  PictureQueue queue(10);
  queue.push(0, numbered(0));
  queue.push(1, numbered(1));
  const Look look = queue.look(4);
  EXPECT_EQ(look.kind, Look::Kind::late);
  EXPECT_EQ(look.lag_frames, 3);
  EXPECT_EQ(number(look), 1);
}

TEST(PictureQueue, HoldsTheLastPictureToTheEndOfItsTimeAndThenEnds) {
  PictureQueue queue(10);
  queue.push(0, numbered(0));
  queue.end(3);
  EXPECT_EQ(queue.look(2).kind, Look::Kind::picture);
  EXPECT_EQ(queue.look(3).kind, Look::Kind::ended);
}

TEST(PictureQueue, EndsAtTheOutPointThoughTheClipGoesOn) {
  PictureQueue queue(10);
  queue.limit(2);
  for (int index = 0; index < 5; ++index) queue.push(index, numbered(static_cast<guint64>(index)));
  EXPECT_EQ(queue.look(1).kind, Look::Kind::picture);
  EXPECT_EQ(queue.look(2).kind, Look::Kind::ended);
  EXPECT_EQ(queue.length(), 2);
}

// Pushes pictures 0 to 99 from a thread of its own, as a decoder does.
class Decoder {
 public:
  explicit Decoder(PictureQueue& queue) : queue_(queue) {
    thread_ = std::thread([this] {
      for (guint64 index = 0; index < 100; ++index)
        if (!queue_.push(static_cast<std::int64_t>(index), numbered(index))) return;
    });
  }
  ~Decoder() {
    queue_.close();
    thread_.join();
  }
  // False when there were never so many within five seconds.
  bool decodes_up_to(std::size_t pictures) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (queue_.size() != pictures && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return queue_.size() == pictures;
  }

 private:
  PictureQueue& queue_;
  std::thread thread_;
};

TEST(PictureQueue, HoldsABurstMoreOnceItsItemIsOnAir) {
  PictureQueue queue(8);
  Decoder decoder(queue);
  ASSERT_TRUE(decoder.decodes_up_to(8));
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(number(queue.look(0)), 0);
  EXPECT_TRUE(decoder.decodes_up_to(14));
}

TEST(PictureQueue, HasRoomForTheFirstPictureBehindOneBeforeTheInPoint) {
  PictureQueue queue(2);
  queue.push(-1, numbered(7));
  queue.push(1, numbered(9));
  EXPECT_TRUE(queue.ready());
}

TEST(PictureQueue, LetsADecoderRestUntilItsBurstHasBeenShown) {
  PictureQueue queue(8);
  Decoder decoder(queue);
  ASSERT_TRUE(decoder.decodes_up_to(8));
  queue.look(0);
  ASSERT_TRUE(decoder.decodes_up_to(14));
  for (int index = 1; index < 6; ++index) {
    EXPECT_EQ(queue.look(index).kind, Look::Kind::picture);
    EXPECT_EQ(queue.size(), 14U - static_cast<unsigned>(index));  // nobody was woken
  }
  queue.look(6);
  EXPECT_TRUE(decoder.decodes_up_to(14));
}

TEST(PictureQueue, LetsAWaitingDecoderGoWhenItIsClosed) {
  PictureQueue queue(2);
  queue.push(0, numbered(0));
  queue.push(1, numbered(1));
  std::thread decoder([&] { EXPECT_FALSE(queue.push(2, numbered(2))); });
  queue.close();
  decoder.join();
}

TEST(SampleQueue, LetsADecoderRestUntilAnEighthIsFree) {
  SampleQueue queue(1, 8000);
  const std::vector<float> sound(1000, 1.0F);
  std::atomic<int> pushed = 0;
  std::thread decoder([&] {
    for (std::int64_t position = 0; queue.push(position, sound.data(), 1000); position += 1000) ++pushed;
  });
  const auto wait_for = [&](int count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (pushed != count && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return pushed == count;
  };
  EXPECT_TRUE(wait_for(8));
  std::vector<float> out(999);
  queue.take(out.data(), 999);
  EXPECT_EQ(pushed, 8);
  queue.take(out.data(), 1);
  EXPECT_TRUE(wait_for(9));
  queue.close();
  decoder.join();
}

TEST(SampleQueue, FillsGapsWithSilenceAndCutsOverlaps) {
  SampleQueue queue(1, 48'000);
  const std::vector<float> ones(1000, 1.0F);
  const std::vector<float> twos(1000, 2.0F);
  queue.push(0, ones.data(), 1000);
  queue.push(1500, twos.data(), 1000);  // 500 missing
  queue.push(2000, ones.data(), 1000);  // 500 too many
  std::vector<float> out(3000);
  queue.take(out.data(), 3000);
  EXPECT_EQ(out[999], 1.0F);
  EXPECT_EQ(out[1000], 0.0F);
  EXPECT_EQ(out[1499], 0.0F);
  EXPECT_EQ(out[1500], 2.0F);
  EXPECT_EQ(out[2499], 2.0F);
  EXPECT_EQ(out[2500], 1.0F);
}

TEST(SampleQueue, TakesRoundingOfStampsForContinuousSound) {
  SampleQueue queue(1, 48'000);
  const std::vector<float> ones(1000, 1.0F);
  queue.push(0, ones.data(), 1000);
  queue.push(1100, ones.data(), 1000);  // 2 ms off
  std::vector<float> out(2000);
  queue.take(out.data(), 2000);
  EXPECT_EQ(std::count(out.begin(), out.end(), 1.0F), 2000);
}

TEST(SampleQueue, DropsWhatLiesBeforeTheInPointExactly) {
  SampleQueue queue(1, 48'000);
  std::vector<float> ramp(1000);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i);
  queue.push(-300, ramp.data(), 1000);
  float first = 0;
  queue.take(&first, 1);
  EXPECT_EQ(first, 300.0F);
}

TEST(SampleQueue, GivesSilenceBehindTheEndAndNeverWaits) {
  SampleQueue queue(2, 48'000);
  queue.end();
  EXPECT_TRUE(queue.ready());
  std::vector<float> out(200, 1.0F);
  queue.take(out.data(), 100);
  EXPECT_EQ(std::count(out.begin(), out.end(), 0.0F), 200);
}

}  // namespace
}  // namespace wyvern::feeder
