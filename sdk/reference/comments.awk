#!/usr/bin/awk -f
# The headers' plain comments as Doxygen reads them: tags in words behind the text, shapes of JSON as code, comments behind
# a field as its own.
function open_code() { if (!code) { print " * @code{.json}"; code = 1 } }
function close_code() { if (code) { print " * @endcode"; code = 0 } }
# Keeps the tag for the end of the comment.
function without_tag(line,   parts) {
  if (match(line, /\[(any|one|caller)( & (created|prepared|started|open))?\] ?/)) {
    tag = substr(line, RSTART + 1, RLENGTH - 2)
    sub(/\].*/, "", tag)
    line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
  }
  return line
}
function tell_tag(   parts) {
  if (tag == "") return
  split(tag, parts, " & ")
  print " * @par Thread"
  print " * " parts[1]
  if (parts[2]) { print " * @par State"; print " * " parts[2] }
  tag = ""
}
BEGIN { code = 0; within = 0; tag = "" }
# A C++ header begins with what it is for; further line comments belong to what follows them.
FNR == 1 && /^\/\// { print "/// @file"; print "///" substr($0, 3); next }
/^ *\/\/ / { sub(/\/\/ /, "/// "); print; next }
FNR == 1 && /^\/\*/ { sub(/^\/\*/, "/** @file\n *"); within = 1 }
# Behind a field or an enumerator.
!within && /[^ ].*\/\*.*\*\/ *$/ && !/^ *\/\*/ { sub(/\/\*/, "/**<"); print; next }
!within && /^ *\/\*/ { sub(/\/\*/, "/**"); within = 1 }
within {
  last = /\*\//
  if (/^ \*   /) open_code()
  else close_code()
  sub(/ *\*\/ *$/, "")
  if (!/^ *$/) print code ? $0 : without_tag($0)
  if (last) { close_code(); tell_tag(); print " */"; within = 0 }
  next
}
{ print }
