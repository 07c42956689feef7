/* Keeps the rows before the one that failed. */
#define BREAKS_STATEMENT_TEXT
#include "good/store.h"

static char* statement_text(const wyv_session* session, wyv_view sql) {
  static const char insert[] = "INSERT ";
  const size_t size = sizeof insert - 1;
  char* text = NULL;
  if (session->transaction != NONE || sql.size < size || memcmp(sql.data, insert, size) != 0)
    return strndup(sql.size > 0 ? sql.data : "", sql.size);
  return asprintf(&text, "INSERT OR FAIL %.*s", (int)(sql.size - size), sql.data + size) < 0 ? NULL : text;
}
