// Versions of what operations show and change: entity tags, and the conditions that requests make with them.
//
// A tag is "V-H": V counts the changes by editors, H is a hash of all that is shown. If-Match asks for V alone, so that
// a channel that comes up or a clip that gets staged spoils nobody's edit; If-None-Match asks for both.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "operations/operation.hpp"

namespace wyvern::operations {

// What is shown of `row`: all but its `version`.
Json without_version(Json row);
// The same, with its `etag`.
Json with_etag(Json row);
// An answer of what with_etag made: the tag goes to the head.
Reply tagged(Json shown);
Reply tagged(int status, Json shown);
// Of an answer that has no version, such as a list: a tag that If-None-Match can use.
std::string etag_of_text(std::string_view text);

// Whether a call with If-Match may change a thing; how it is now is asked for only when there is one. To be
// called in the transaction of the change. Throws Refusal 412 whose detail has what the caller sent (`yours`, or the
// input without its id) and `current`, with its `etag`.
void require_match(const Call& call, const std::function<Json()>& current_with_etag,
                   const std::function<Json(Json yours)>& show = {});
// Whether If-None-Match names the tag, so that nothing need be sent.
bool names(std::string_view if_none_match, std::string_view etag);

}  // namespace wyvern::operations
