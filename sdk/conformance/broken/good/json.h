/* As much of JSON as a plugin in plain C has to read: the members of objects, the items of arrays, and texts. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wyvern/abi/base.h"

static wyv_view from(wyv_view json, uint64_t at) { return (wyv_view){json.data + at, json.size - at}; }
static wyv_view trimmed(wyv_view json) {
  while (json.size > 0 && isspace((unsigned char)json.data[0])) json = from(json, 1);
  return json;
}
static int begins(wyv_view json, char character) { return json.size > 0 && json.data[0] == character; }

/* Takes the value at the beginning of the rest; its data is null when there is none. */
static wyv_view take_value(wyv_view* rest) {
  const wyv_view json = trimmed(*rest);
  uint64_t at = 0;
  int depth = 0;
  int in_text = 0;
  for (; at < json.size; ++at) {
    const char c = json.data[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = 0;
    } else if (c == '"') {
      in_text = 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && strchr(",:]} \t\r\n", c) != NULL) {
      break;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  if (at == 0 || at > json.size || depth > 0 || in_text) return (wyv_view){NULL, 0};
  *rest = trimmed(from(json, at));
  return (wyv_view){json.data, at};
}

/* Walks the members of an object or the items of an array, which is what *rest is at first; `key` is of members. */
static int take_next(wyv_view* rest, wyv_view* key, wyv_view* value) {
  *rest = trimmed(*rest);
  if (rest->size == 0 || strchr("{[,", rest->data[0]) == NULL) return 0;
  *rest = from(*rest, 1);
  if (key != NULL) {
    *key = take_value(rest);
    if (key->data == NULL || !begins(*rest, ':')) return 0;
    *rest = from(*rest, 1);
  }
  *value = take_value(rest);
  return value->data != NULL;
}

static char* put_character(char* out, unsigned code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xc0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3f));
  } else {
    if (code < 0x10000) {
      *out++ = (char)(0xe0 | code >> 12);
    } else {
      *out++ = (char)(0xf0 | code >> 18);
      *out++ = (char)(0x80 | (code >> 12 & 0x3f));
    }
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
  }
  return out;
}
static unsigned hexadecimal(const char* digits) {
  char text[5] = {digits[0], digits[1], digits[2], digits[3], 0};
  return (unsigned)strtoul(text, NULL, 16);
}
/* The text that a JSON string says, to be freed; null for what is none. */
static char* text_of(wyv_view json) {
  if (json.size < 2 || !begins(json, '"')) return NULL;
  char* text = malloc(json.size);
  char* out = text;
  const char* end = json.data + json.size - 1;
  for (const char* at = json.data + 1; at < end; ++at) {
    if (*at != '\\') {
      *out++ = *at;
      continue;
    }
    static const char escapes[] = "b\bf\fn\nr\rt\t";
    const char* escape = strchr(escapes, *++at);
    if (*at == 'u' && end - at > 4) {
      unsigned code = hexadecimal(at + 1);
      at += 4;
      if (code >= 0xd800 && code < 0xdc00 && end - at > 6) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hexadecimal(at + 3) - 0xdc00);
        at += 6;
      }
      out = put_character(out, code);
    } else {
      *out++ = escape != NULL ? escape[1] : *at;
    }
  }
  *out = 0;
  return text;
}
static int same_text(wyv_view a, wyv_view b) {
  char* first = text_of(a);
  char* second = text_of(b);
  const int same = first != NULL && second != NULL && strcmp(first, second) == 0;
  free(first);
  free(second);
  return same;
}
/* The value of a member; its data is null when the object has none of that name. */
static wyv_view member(wyv_view object, const char* name) {
  wyv_view key;
  wyv_view value;
  while (take_next(&object, &key, &value))
    if (key.size == strlen(name) + 2 && memcmp(key.data + 1, name, key.size - 2) == 0) return value;
  return (wyv_view){NULL, 0};
}
