/* wyvern.output/1: says what an output needs and how an engine makes it. Runs in the controller; frames never
 * come here. The schema of a channel's output_config is the manifest's "output_schema". */
#ifndef WYVERN_ABI_OUTPUT_H
#define WYVERN_ABI_OUTPUT_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_OUTPUT_SERVICE "wyvern.output/1"

typedef struct wyv_output_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & created] What a schema cannot say: WYV_INVALID with a message that names the field. Touches nothing
   * outside. */
  wyv_status (*check)(wyv_instance* output, wyv_view config_json, const wyv_context* context);
  /* [any & created] A JSON array of what the configuration occupies alone on its node, such as
   * ["srt:0.0.0.0:9000"] or ["decklink:1"]; the same text for the same configuration, always. */
  wyv_status (*claims)(wyv_instance* output, wyv_view config_json, const wyv_text_sink* out,
                       const wyv_context* context);
  /* [any & created] How `engine` ("gstreamer", "casparcg") makes this output. For gstreamer:
   *   {"takes":"mpegts|flv|raw","splits":true,
   *    "elements":[{"factory":"srtsink","properties":{"uri":"srt://…","latency":200}}],
   *    "watch":{"element":0,"bytes":"stats.bytes-sent-total","clients":"stats.callers"},
   *    "encoder":{"video_bitrate_kbps":6000},
   *    "address":"srt://127.0.0.1:9000","secrets":["passphrase"]}
   * elements are linked in order behind the engine's muxer, which gives the first one mpegts in buffers of up to 1316
   * bytes (7 packets), or with "splits" in larger ones, which it cuts itself; secrets name properties that are never
   * logged; address is for people. WYV_UNSUPPORTED with the known engines for another one. */
  wyv_status (*render)(wyv_instance* output, wyv_view engine, wyv_view config_json, const wyv_text_sink* out,
                       const wyv_context* context);
  /* [any & created] What a container needs for it: {"devices":[],"mounts":[],"env":{},"ports":[]}. */
  wyv_status (*requirements)(wyv_instance* output, wyv_view config_json, const wyv_text_sink* out,
                             const wyv_context* context);
} wyv_output_v1;

#ifdef __cplusplus
}
#endif

#endif
