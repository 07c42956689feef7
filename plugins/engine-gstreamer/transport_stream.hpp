// A transport stream from one coded picture stream and one of sound, muxed where they come in. mpegtsmux makes a buffer
// of each packet of 188 bytes, and passes everything through a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "gst_pointers.hpp"

struct AVFormatContext;

namespace wyvern::feeder {

class TransportStream {
 public:
  static constexpr int datagram = 7 * 188;  // bytes: what UDP and SRT carry at once

  // Takes a buffer of whole packets; called on the thread that brought the picture or the sound, never two at once. All
  // but the last of a picture are full datagrams, and several of them.
  using Deliver = std::function<void(GstSample* muxed)>;

  // Throws wyvern::Failure.
  explicit TransportStream(Deliver deliver);
  ~TransportStream();

  // [any thread] H.264 as a byte stream, one picture; AAC with ADTS heads, one frame. What waits is delivered with each
  // picture. False when it cannot be muxed.
  bool picture(GstSample* coded);
  bool sound(GstSample* coded);

 private:
  struct Release {
    void operator()(AVFormatContext* context) const;
  };
  struct Writer;

  bool write(int stream, GstSample* coded);

  const Deliver deliver_;
  const Gst<GstCaps> caps_;
  std::mutex mutex_;  // what follows
  std::unique_ptr<AVFormatContext, Release> context_;
};

}  // namespace wyvern::feeder
