/* Answers a start with the labels that it knows the use of. */
#define ANSWERED(text) without_other_labels(text)
static const char* without_other_labels(char* text);
#include "good/runtime.h"

/* The kit's own label is called more. */
static const char* without_other_labels(char* text) {
  char* label = strstr(text, "\"more\"");
  if (label != NULL) memcpy(label, "\"less\"", 6);
  return text;
}
