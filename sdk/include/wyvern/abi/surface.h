/* wyvern.surface/1: how the outside calls operations. A surface reaches them by wyvern.host.operations/1.
 * It listens beyond the loopback only where its configuration says so. */
#ifndef WYVERN_ABI_SURFACE_H
#define WYVERN_ABI_SURFACE_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_SURFACE_SERVICE "wyvern.surface/1"

typedef struct wyv_surface_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & started] Where it can be reached: {"url":"http://127.0.0.1:8080/api/v1"}; with the real port where
   * the configuration said 0. */
  wyv_status (*address)(wyv_instance* surface, const wyv_text_sink* out, const wyv_context* context);
} wyv_surface_v1;

#ifdef __cplusplus
}
#endif

#endif
