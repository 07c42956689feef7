/* wyvern.runtime/1: starts, watches and stops workloads (processes, containers) that outlive their starter. */
#ifndef WYVERN_ABI_RUNTIME_H
#define WYVERN_ABI_RUNTIME_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_RUNTIME_SERVICE "wyvern.runtime/1"

/* [any & started] Called from a thread of the runtime when a workload changes by itself, above all when it ends:
 * the workload's JSON as `list` gives it. Must return soon and may not call the runtime back. */
typedef struct wyv_workload_listener {
  void* self;
  void (*changed)(void* self, wyv_view workload_json);
} wyv_workload_listener;

/* A workload as JSON:
 *   {"handle":"…","labels":{"wyvern.kind":"playout","wyvern.id":"…","wyvern.epoch":"3"},
 *    "state":"running|exited","exit_code":0,"signal":0,"started_us":…,"ended_us":…,"pid":…}
 * handle is the runtime's own stable name for it, good across restarts of the controller. exit_code and signal
 * are null where they cannot be known, as for an adopted process. */
typedef struct wyv_runtime_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & started] Starts {"labels":{…},"argv":["…"],"env":{"K":"V"},"directory":"…","log":"path or empty",
   * "ports":[…],"devices":[…],"mounts":[…],"limits":{…}} and writes its workload. The workload inherits nothing
   * of the controller's environment but PATH, HOME, LANG, LC_ALL, TZ and TMPDIR. A second start with the same
   * wyvern.kind, wyvern.id and wyvern.epoch while the first runs is WYV_CONFLICT with code "runtime.already_running",
   * its handle in the cause. Whatever fails, nothing is left running. */
  wyv_status (*start)(wyv_instance* runtime, wyv_view spec_json, const wyv_text_sink* out, const wyv_context* context);
  /* [any & started] Asks it to end (SIGTERM), waits `grace_ms`, then kills it whole (its children too). WYV_OK when
   * it has ended, also when it had before; WYV_NOT_FOUND for a handle that was never given or was removed. */
  wyv_status (*stop)(wyv_instance* runtime, wyv_view handle, uint32_t grace_ms, const wyv_context* context);
  /* [any & started] Forgets an ended workload. WYV_WRONG_STATE while it runs. */
  wyv_status (*remove)(wyv_instance* runtime, wyv_view handle, const wyv_context* context);
  /* [any & started] A JSON array of all workloads, those started by an earlier controller too, whose labels hold
   * every pair of `labels_json` (an object, or empty). */
  wyv_status (*list)(wyv_instance* runtime, wyv_view labels_json, const wyv_text_sink* out, const wyv_context* context);
  /* [any & started] The last `tail_bytes` of what the workload printed, in order. */
  wyv_status (*logs)(wyv_instance* runtime, wyv_view handle, uint64_t tail_bytes, const wyv_text_sink* out,
                     const wyv_context* context);
  /* [any & started] At most one listener; null removes it, and after that returns none is called any more. */
  wyv_status (*listen)(wyv_instance* runtime, const wyv_workload_listener* listener, const wyv_context* context);
} wyv_runtime_v1;

#ifdef __cplusplus
}
#endif

#endif
