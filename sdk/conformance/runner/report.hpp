// What came of a run: for a person, for a program, and for a CI server.
#pragma once

#include <ostream>

#include "runner/options.hpp"
#include "runner/session.hpp"

namespace wyvern::conformance {

// One result, as it comes.
void print(const CheckResult& result, const Options& options, std::ostream& out);
// The last line.
void print_sum(const Session& session, std::ostream& out);
Json as_json(const Session& session, const Options& options);
void write_junit(const Session& session, const Options& options, std::ostream& out);

// The command that runs this check again, alone.
std::string again(const CheckResult& result, const Options& options);

ExitCode exit_code(const Session& session);

}  // namespace wyvern::conformance
