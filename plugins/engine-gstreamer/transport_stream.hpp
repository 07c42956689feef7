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
  // Takes a list of buffers of at most seven packets each; called on the thread that brought the picture or the sound,
  // never two at once.
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
