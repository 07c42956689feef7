// Every plugin: configurations that the host would refuse, and what is none at all, drawn from the seed. The host has
// checked what a plugin gets; so it may take a wrong one, but must neither crash nor break the rules of a refusal.
#include <iostream>

#include "kit/lifecycle.hpp"
#include "kit/random_input.hpp"
#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

constexpr int draws = 100;

class Configuration : public Lifecycle {
 protected:
  // What is tried is printed first: it stands in the report of a crash.
  struct Made {
    Outcome outcome;
    bool left_one;  // in *out; not destroyed, see kit/instance.hpp
  };
  Made make(const std::string& config) {
    std::cerr << "create with " << Json(config).dump(-1, ' ', true, Json::error_handler_t::replace) << std::endl;
    RecordedCall call;
    auto* out = reinterpret_cast<wyv_instance*>(this);  // anything but null
    const auto status = plugin().create(host.table(), view(given().kind), view(std::string_view("main")), view(config),
                                        &out, call.context());
    return {call.finish(status), out != nullptr};
  }
  RandomInput random{given().seed};
  const std::string seed = "drawn with --seed " + std::to_string(given().seed);
};

TEST_F(Configuration, MayBeOneThatTheSchemaRefuses) {
  const auto all = faulty(given().manifest.value("schema", Json::object()), given().config, random);
  if (all.empty()) GTEST_SKIP() << "the schema accepts everything";
  for (const auto& config : all) (void)make(config.dump());
}

TEST_F(Configuration, MayBeAnyJson) {
  for (int i = 0; i < draws; ++i) (void)make(random.json().dump());
}

TEST_F(Configuration, MayBeAnyBytes) {
  const std::string good = given().config.dump();
  for (int i = 0; i < draws; ++i) (void)make(i % 2 == 0 ? random.bytes(300) : random.damaged(good));
}

TEST_F(Configuration, IsRefusedWithOneReason) {
  for (int i = 0; i < draws; ++i) {
    const auto config = i % 2 == 0 ? random.json(1).dump() : random.bytes(100);
    const auto outcome = make(config).outcome;
    ASSERT_EQ(outcome.reports.size(), outcome.ok() ? 0U : 1U)
        << "reports: " << to_string(outcome) << ", input " << i << ' ' << seed << ": " << config;
  }
}

TEST_F(Configuration, LeavesNothingWhenItIsRefused) {
  for (int i = 0; i < draws; ++i) {
    const auto config = i % 2 == 0 ? random.json(1).dump() : random.bytes(100);
    const auto made = make(config);
    ASSERT_EQ(made.left_one, made.outcome.ok())
        << "*out after " << to_string(made.outcome) << ", input " << i << ' ' << seed << ": " << config;
  }
}

}  // namespace
}  // namespace wyvern::conformance
