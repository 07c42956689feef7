// Pictures that are shown while a decoder still refers to them, without a copy of their bytes.
#pragma once

#include "gst_pointers.hpp"

namespace wyvern::feeder {

// A head of its own (stamps, flags, metadata) over the picture's bytes, which are read only from now on and go back to
// their pool when all heads are gone. A plain gst_buffer_copy shares the memory too, but spoils it for the pool, so
// that each picture would cost new pages.
BufferRef head_over(GstBuffer* picture);

// A pool to be offered to a decoder. Its pictures may have any strides. A decoder that hands out a picture to which it
// still refers (avdec of 1.22 does with every reference frame) makes it writable first, which would copy the bytes: it
// is still mapped for writing. Buffers of this pool answer with a head instead; libavcodec never writes to a picture
// that it has handed out. [any thread]
Gst<GstBufferPool> make_decoder_pool();

}  // namespace wyvern::feeder
