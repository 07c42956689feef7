// A decoder hands out pictures that it still refers to: they are shown without a copy, and their bytes are used again.
#include "decoder_pool.hpp"

#include <gst/video/video.h>
#include <gtest/gtest.h>

namespace wyvern::feeder::test {
namespace {

class DecoderPool : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  DecoderPool() {
    const Gst<GstCaps> caps(gst_caps_from_string("video/x-raw,format=I420,width=64,height=32,framerate=25/1"));
    GstVideoInfo info;
    gst_video_info_from_caps(&info, caps.get());
    GstStructure* config = gst_buffer_pool_get_config(pool_.get());
    gst_buffer_pool_config_set_params(config, caps.get(), static_cast<guint>(info.size), 0, 0);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    EXPECT_NE(gst_buffer_pool_set_config(pool_.get(), config), FALSE);
    EXPECT_NE(gst_buffer_pool_set_active(pool_.get(), TRUE), FALSE);
  }
  ~DecoderPool() override { gst_buffer_pool_set_active(pool_.get(), FALSE); }

  BufferRef acquire() {
    GstBuffer* buffer = nullptr;
    EXPECT_EQ(gst_buffer_pool_acquire_buffer(pool_.get(), &buffer, nullptr), GST_FLOW_OK);
    return BufferRef::take(buffer);
  }

  static const guint8* bytes_of(GstBuffer* buffer) {
    GstMapInfo map;
    EXPECT_NE(gst_buffer_map(buffer, &map, GST_MAP_READ), FALSE);
    const guint8* data = map.data;
    gst_buffer_unmap(buffer, &map);
    return data;
  }

  Gst<GstBufferPool> pool_ = make_decoder_pool();
};

TEST_F(DecoderPool, GivesAHeadOverTheSameBytesWhereADecoderStillHoldsThePictureMapped) {
  const BufferRef reference = acquire();
  GstMapInfo decoder;
  ASSERT_NE(gst_buffer_map(reference.get(), &decoder, GST_MAP_READWRITE), FALSE);
  BufferRef copy = reference;
  const BufferRef shown = BufferRef::take(gst_buffer_make_writable(copy.release()));
  EXPECT_NE(shown.get(), reference.get());
  EXPECT_EQ(bytes_of(shown.get()), decoder.data);
  EXPECT_EQ(gst_buffer_get_size(shown.get()), gst_buffer_get_size(reference.get()));
  ASSERT_NE(gst_buffer_get_video_meta(shown.get()), nullptr);
  EXPECT_EQ(gst_buffer_get_video_meta(shown.get())->width, 64U);
  gst_buffer_unmap(reference.get(), &decoder);
}

TEST_F(DecoderPool, TakesThePictureBackOnlyWhenItsLastHeadIsGone) {
  BufferRef picture = acquire();
  GstBuffer* const address = picture.get();
  BufferRef first = head_over(picture.get());
  BufferRef second = head_over(first.get());
  picture = {};
  first = {};
  const BufferRef other = acquire();
  EXPECT_NE(other.get(), address);
  second = {};
  EXPECT_EQ(acquire().get(), address);  // the same pages
}

TEST_F(DecoderPool, KeepsStampsOfAHeadApartFromThoseOfThePicture) {
  const BufferRef picture = acquire();
  GST_BUFFER_PTS(picture.get()) = 7;
  const BufferRef head = head_over(picture.get());
  EXPECT_EQ(GST_BUFFER_PTS(head.get()), 7U);
  GST_BUFFER_PTS(head.get()) = 8;
  EXPECT_EQ(GST_BUFFER_PTS(picture.get()), 7U);
}

}  // namespace
}  // namespace wyvern::feeder::test
