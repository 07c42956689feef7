#include "transport_stream.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

#include <string>

#include "house_format.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

constexpr int chunk = 24 * TransportStream::datagram;
constexpr AVRational stamps{1, 90'000};
// How far stamps lie ahead of the stream's clock: time for a receiver to collect a picture.
constexpr int64_t ahead_us = 125'000;

enum Stream { picture_stream = 0, sound_stream = 1 };

[[noreturn]] void refuse(const std::string& what) {
  throw Failure(WYV_UNAVAILABLE, "engine.muxer", "the transport stream cannot be made: " + what);
}

}  // namespace

struct TransportStream::Writer {
  static int packets(void* self, std::uint8_t* bytes, int size) {
    const auto& stream = *static_cast<TransportStream*>(self);
    GstBuffer* whole = gst_buffer_new_memdup(bytes, static_cast<gsize>(size));
    const Gst<GstSample> sample(gst_sample_new(whole, stream.caps_.get(), nullptr, nullptr));
    gst_buffer_unref(whole);
    stream.deliver_(sample.get());
    return size;
  }
};

void TransportStream::Release::operator()(AVFormatContext* context) const {
  if (context->pb != nullptr) av_freep(&context->pb->buffer);
  avio_context_free(&context->pb);
  avformat_free_context(context);
}

TransportStream::TransportStream(Deliver deliver)
    : deliver_(std::move(deliver)), caps_(gst_caps_from_string("video/mpegts,systemstream=true,packetsize=188")) {
  AVFormatContext* made = nullptr;
  if (avformat_alloc_output_context2(&made, nullptr, "mpegts", nullptr) < 0) refuse("there is no muxer for it");
  context_.reset(made);
  auto* bytes = static_cast<std::uint8_t*>(av_malloc(chunk));
  made->pb = avio_alloc_context(bytes, chunk, 1, this, nullptr, &Writer::packets, nullptr);
  if (made->pb == nullptr) {
    av_free(bytes);
    refuse("no memory");
  }
  made->pb->seekable = 0;
  made->flags = AVFMT_FLAG_CUSTOM_IO;
  made->flush_packets = 0;  // with each picture, see there
  made->max_delay = ahead_us;
  av_dict_set(&made->metadata, "service_name", "Wyvern", 0);
  av_dict_set(&made->metadata, "service_provider", "Wyvern", 0);
  for (const auto& [type, codec] :
       {std::pair{AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264}, std::pair{AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC}}) {
    AVStream* stream = avformat_new_stream(made, nullptr);
    if (stream == nullptr) refuse("no memory");
    stream->codecpar->codec_type = type;
    stream->codecpar->codec_id = codec;
    stream->time_base = stamps;
  }
  made->streams[sound_stream]->codecpar->sample_rate = sample_rate;
  // Each frame of sound goes out as it comes, rather than several together.
  AVDictionary* options = nullptr;
  av_dict_set(&options, "pes_payload_size", "0", 0);
  const int failure = avformat_write_header(made, &options);
  av_dict_free(&options);
  if (failure < 0) {
    char reason[AV_ERROR_MAX_STRING_SIZE];
    refuse(av_make_error_string(reason, sizeof reason, failure));
  }
}

TransportStream::~TransportStream() = default;

bool TransportStream::picture(GstSample* coded) {
  const std::lock_guard lock(mutex_);
  if (!write(picture_stream, coded)) return false;
  avio_flush(context_->pb);
  return true;
}

bool TransportStream::sound(GstSample* coded) {
  const std::lock_guard lock(mutex_);
  return write(sound_stream, coded);
}

bool TransportStream::write(int stream, GstSample* sample) {
  GstBuffer* coded = gst_sample_get_buffer(sample);
  GstMapInfo map;
  if (gst_buffer_map(coded, &map, GST_MAP_READ) == FALSE) return false;
  AVPacket packet{};
  packet.data = map.data;
  packet.size = static_cast<int>(map.size);
  packet.stream_index = stream;
  packet.pos = -1;
  // x264enc stamps from the thousandth hour on, and says so in its segment.
  const GstClockTime time =
      gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(coded));
  packet.pts = static_cast<std::int64_t>(gst_util_uint64_scale_round(time, stamps.den, GST_SECOND));
  packet.dts = packet.pts;  // nothing is reordered
  if (GST_BUFFER_FLAG_IS_SET(coded, GST_BUFFER_FLAG_DELTA_UNIT) == FALSE) packet.flags = AV_PKT_FLAG_KEY;
  const int result = av_write_frame(context_.get(), &packet);
  gst_buffer_unmap(coded, &map);
  return result >= 0;
}

}  // namespace wyvern::feeder
