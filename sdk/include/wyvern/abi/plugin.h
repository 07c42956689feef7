/* The entry of a plugin: one exported symbol, one descriptor, one lifecycle. */
#ifndef WYVERN_ABI_PLUGIN_H
#define WYVERN_ABI_PLUGIN_H

#include "wyvern/abi/base.h"
#include "wyvern/abi/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_PLUGIN_MAGIC UINT64_C(0x314e525659570a0d) /* "\r\nWYVRN1", little-endian */
#define WYV_PLUGIN_ENTRY "wyvern_plugin"
#define WYV_MANIFEST_SECTION ".wyvern.manifest"

/* The lifecycle of an instance:
 *
 *   create -> prepare -> start -> drain -> stop -> destroy
 *
 * stop may come from any state and is idempotent; prepare may follow a stop. destroy may follow create directly.
 * A call out of order returns WYV_WRONG_STATE and changes nothing. The host makes these calls one at a time
 * for an instance; dependants are stopped before what they depend on. */
typedef struct wyv_plugin {
  uint64_t magic;       /* WYV_PLUGIN_MAGIC */
  uint32_t struct_size; /* sizeof(wyv_plugin) as the plugin was built */
  uint16_t abi_major;
  uint16_t abi_minor;
  wyv_view id;      /* "output-srt"; the same as the manifest's */
  wyv_view version; /* semantic version; the same as the manifest's */
  const wyv_view* kinds;
  uint32_t kind_count;
  uint32_t reserved;

  /* [one] Makes an instance of `kind` from a configuration that the host has checked against the manifest's
   * schema. Takes no outside resource yet and starts no thread. `name` is the instance's key in the YAML.
   * On success *out is owned by the caller until destroy; on failure *out is null. `host` outlives the instance. */
  wyv_status (*create)(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config_json, wyv_instance** out,
                       const wyv_context* context);
  /* [one & created] Opens what is needed and checks that it is there: files, connections, libraries. */
  wyv_status (*prepare)(wyv_instance* instance, const wyv_context* context);
  /* [one & prepared] From its return on, the services work and threads may run. */
  wyv_status (*start)(wyv_instance* instance, const wyv_context* context);
  /* [one & started] No new work is accepted; work under way may finish until the deadline. */
  wyv_status (*drain)(wyv_instance* instance, const wyv_context* context);
  /* [one & created] Ends all work and every thread, gives back every resource. Idempotent. */
  wyv_status (*stop)(wyv_instance* instance, const wyv_context* context);
  /* [one & created] Frees the instance; stops it first when that was forgotten. */
  void (*destroy)(wyv_instance* instance);
  /* [any & created] A service table by name ("wyvern.output/1"), or null when the instance has none of that name.
   * Tables are constant and live as long as the library. */
  const void* (*service)(wyv_instance* instance, wyv_view name);
} wyv_plugin;

/* The exported symbol has C linkage, default visibility, the name in WYV_PLUGIN_ENTRY and this type. It runs
 * no code but the return of a constant, and never returns null. [any] */
typedef const wyv_plugin* (*wyv_plugin_entry)(void);

#ifdef __cplusplus
}
#endif

#endif
