#include "runner/session.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <regex>

#include "config/schema.hpp"
#include "host/manifest.hpp"
#include "runner/check_process.hpp"
#include "wyvern/result.hpp"

namespace wyvern::conformance {
namespace {

namespace fs = std::filesystem;

// In every text of the JSON: ${scratch} is the check's own folder.
Json with_scratch(Json json, const std::string& scratch) {
  if (json.is_string()) {
    auto text = json.get<std::string>();
    for (auto at = text.find("${scratch}"); at != std::string::npos; at = text.find("${scratch}"))
      text.replace(at, 10, scratch);
    return text;
  }
  if (json.is_structured())
    for (auto& part : json) part = with_scratch(std::move(part), scratch);
  return json;
}

// The first example of a schema, or {} where the schema accepts it, with its defaults; null otherwise.
Json example(const Json& manifest, const char* name) {
  if (!manifest.is_object() || !manifest.contains(name)) return nullptr;
  const auto& schema = manifest[name];
  const config::Schema compiled(schema);
  const auto examples = schema.value("examples", Json::array());
  const Json candidate = compiled.with_defaults(examples.empty() ? Json::object() : examples[0]);
  return compiled.check(candidate).empty() ? candidate : Json();
}

Json read_json(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) throw Failure(WYV_NOT_FOUND, "conformance.config", file.string() + " cannot be read");
  Json json = Json::parse(stream, nullptr, false);
  if (!json.is_object()) throw Failure(WYV_INVALID, "conformance.config", file.string() + " is not a JSON object");
  return json;
}

struct Task {
  Check check;
  const Given* given;
  int repetition;
};

class Run {
 public:
  Run(const Options& options, const std::function<void(const CheckResult&)>& heard)
      : options_(options), heard_(heard) {}

  std::vector<CheckResult> all(const std::vector<Task>& tasks) {
    std::vector<CheckResult> results(tasks.size());
    std::size_t next = 0;
    struct Running {
      std::size_t index;
      std::unique_ptr<CheckProcess> process;
    };
    std::vector<Running> running;
    while (next < tasks.size() || !running.empty()) {
      while (next < tasks.size() && running.size() < static_cast<std::size_t>(options_.jobs)) {
        Given given = *tasks[next].given;
        given.scratch = scratch_ / std::to_string(count_++);
        given.config = with_scratch(std::move(given.config), given.scratch.string());
        given.output_config = with_scratch(std::move(given.output_config), given.scratch.string());
        given.channel = with_scratch(std::move(given.channel), given.scratch.string());
        given.workload = with_scratch(std::move(given.workload), given.scratch.string());
        given.seed = options_.seed + static_cast<std::uint64_t>(tasks[next].repetition);
        running.push_back(
            {next, std::make_unique<CheckProcess>(tasks[next].check, std::move(given), options_.deadline)});
        ++next;
      }
      wait_for_news(running);
      for (auto one = running.begin(); one != running.end();) {
        if (!one->process->advance()) {
          if (std::chrono::steady_clock::now() >= one->process->deadline()) one->process->expire();
          ++one;
          continue;
        }
        auto& result = results[one->index];
        result = one->process->result();
        result.repetition = tasks[one->index].repetition;
        heard_(result);
        one = running.erase(one);
      }
    }
    return results;
  }

  ~Run() {
    std::error_code ignored;
    fs::remove_all(scratch_, ignored);
  }

 private:
  template <class Running>
  static void wait_for_news(const Running& running) {
    std::vector<pollfd> files;
    auto soonest = std::chrono::steady_clock::time_point::max();
    for (const auto& one : running) {
      files.push_back({one.process->descriptor(), POLLIN, 0});
      soonest = std::min(soonest, one.process->deadline());
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(soonest - std::chrono::steady_clock::now()).count();
    (void)poll(files.data(), files.size(), static_cast<int>(std::clamp<long>(left, 0, 60'000)));
  }

  const Options& options_;
  const std::function<void(const CheckResult&)>& heard_;
  const fs::path scratch_ = fs::temp_directory_path() / ("wyvern-conformance-" + std::to_string(getpid()));
  int count_ = 0;
};

// The reason for which a check is skipped, or null.
const std::string* skip_reason(const Check& check, const Options& options) {
  for (const auto& [pattern, reason] : options.skip)
    if (std::regex_search(check.full(), std::regex(pattern))) return &reason;
  return nullptr;
}

}  // namespace

std::vector<Given> givens(const Options& options) {
  const auto manifest = host::read_manifest(options.plugin);
  const Json read = manifest.ok() ? *manifest : Json();
  std::vector<std::string> kinds{""};
  if (read.is_object()) kinds = read.at("kinds").get<std::vector<std::string>>();
  if (!options.kind.empty()) {
    if (std::find(kinds.begin(), kinds.end(), options.kind) == kinds.end())
      throw Failure(WYV_INVALID, "conformance.kind", "the plugin has no kind '" + options.kind + "'");
    kinds = {options.kind};
  }
  const Json asked = options.config.empty() ? Json() : read_json(options.config);
  std::vector<Given> all;
  for (const auto& kind : kinds) {
    Given given;
    given.library = fs::absolute(options.plugin);
    given.manifest = read;
    given.kind = kind;
    given.config = example(read, "schema");
    given.output_config = example(read, "output_schema");
    if (read.contains("schema")) {
      given.workload = read["schema"].value("x-workload", Json());
      given.channel = read["schema"].value("x-channel", Json());
    }
    if (asked.contains("config")) given.config = asked["config"];
    if (asked.contains("output_config")) given.output_config = asked["output_config"];
    if (asked.contains("workload")) given.workload = asked["workload"];
    if (asked.contains("channel")) given.channel = asked["channel"];
    all.push_back(std::move(given));
  }
  return all;
}

std::vector<Check> selected(const std::string& kind, const Options& options) {
  auto checks = checks_for(kind);
  if (options.only.empty()) return checks;
  const std::regex only(options.only);
  std::erase_if(checks, [&](const Check& check) { return !std::regex_search(check.full(), only); });
  return checks;
}

Session run(const Options& options, const std::function<void(const CheckResult&)>& heard) {
  Session session;
  const auto all = givens(options);
  session.manifest = all.front().manifest;
  Run runner(options, heard);
  const auto record = [&](std::vector<CheckResult> results) {
    for (auto& result : results) session.results.push_back(std::move(result));
  };
  for (const auto& given : all) {
    std::vector<Task> loading;
    std::vector<Task> others;
    for (int repetition = 0; repetition < options.repeat; ++repetition) {
      for (const auto& check : selected(given.kind, options)) {
        if (const auto* reason = skip_reason(check, options)) {
          CheckResult skipped;
          skipped.check = check.full();
          skipped.kind = given.kind;
          skipped.verdict = Verdict::skipped;
          skipped.reasons = {*reason};
          skipped.repetition = repetition;
          heard(skipped);
          session.results.push_back(std::move(skipped));
          continue;
        }
        (concerns_loading(check) ? loading : others).push_back({check, &given, repetition});
      }
    }
    record(runner.all(loading));
    const auto obstacle =
        std::find_if(session.results.begin(), session.results.end(), [](const auto& result) { return result.bad(); });
    if (obstacle == session.results.end()) {
      record(runner.all(others));
      continue;
    }
    const std::string first = obstacle->check;  // the results grow
    for (const auto& task : others) {
      CheckResult result;
      result.check = task.check.full();
      result.kind = given.kind;
      result.reasons = {"not before " + first + " holds"};
      result.repetition = task.repetition;
      session.results.push_back(std::move(result));
    }
  }
  return session;
}

}  // namespace wyvern::conformance
