#include "mix.hpp"

#include <gtest/gtest.h>

namespace wyvern::feeder {
namespace {

HouseFormat small() {
  gst_init(nullptr, nullptr);
  HouseFormat format;
  format.width = 64;
  format.height = 32;
  return format;
}

BufferRef flat(const HouseFormat& format, guint8 level) {
  const auto size = static_cast<gsize>(format.width * format.height * 3 / 2);
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
  gst_buffer_memset(buffer, 0, level, size);
  return BufferRef::take(buffer);
}

guint8 first_byte(const BufferRef& picture) {
  guint8 value = 0;
  gst_buffer_extract(picture.get(), 0, &value, 1);
  return value;
}

TEST(Mixer, GoesFromOnePictureToTheOtherInEvenStepsThatShowNeitherWhole) {
  const auto format = small();
  const Mixer mixer(format);
  const auto black = flat(format, 0);
  const auto white = flat(format, 200);
  int last = 0;
  for (int step = 0; step < 3; ++step) {
    const int level = first_byte(mixer.pictures(black, white, {step, 3}));
    EXPECT_NEAR(level, 50 * (step + 1), 1);
    EXPECT_GT(level, last);
    last = level;
  }
}

TEST(Mixer, LeavesTheTwoPicturesAsTheyWere) {
  const auto format = small();
  const auto black = flat(format, 0);
  const auto white = flat(format, 200);
  (void)Mixer(format).pictures(black, white, {0, 1});
  EXPECT_EQ(first_byte(black), 0);
  EXPECT_EQ(first_byte(white), 200);
}

TEST(Mixer, ShowsTheOneThatIsThereWhenTheOtherIsMissing) {
  const auto format = small();
  const auto white = flat(format, 200);
  EXPECT_EQ(first_byte(Mixer(format).pictures({}, white, {0, 1})), 200);
  EXPECT_EQ(first_byte(Mixer(format).pictures(white, {}, {0, 1})), 200);
}

TEST(Mixer, BlendsSoundLikePictures) {
  float incoming = 1.0F;
  const float outgoing = 0.0F;
  Mixer::sound(&incoming, &outgoing, 1, {0, 3});
  EXPECT_FLOAT_EQ(incoming, 0.25F);
}

}  // namespace
}  // namespace wyvern::feeder
