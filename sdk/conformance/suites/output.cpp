// Outputs: claims, renderings, requirements.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/schema.hpp"
#include "kit/lifecycle.hpp"
#include "wyvern/abi/output.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

constexpr const char* engines[] = {"gstreamer", "casparcg"};

class Output : public Lifecycle {
 protected:
  void SetUp() override {
    ASSERT_FALSE(given().output_config.is_null())
        << "the output_schema does not accept {}: give it \"examples\", or name a file with --config";
    created();
    table_ = instance.table<wyv_output_v1>(WYV_OUTPUT_SERVICE);
    ASSERT_NE(table_, nullptr) << WYV_OUTPUT_SERVICE << " after create";
    config_ = given().output_config.dump();
  }

  struct Answer {
    Outcome outcome;
    std::string text;
    Json json() const { return Json::parse(text, nullptr, false); }
  };
  Answer claims() {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->claims(instance.raw(), view(config_), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  Answer render(std::string_view engine) {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->render(instance.raw(), view(engine), view(config_), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  Answer requirements() {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->requirements(instance.raw(), view(config_), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  Outcome check(const std::string& config) {
    RecordedCall call;
    return call.finish(table_->check(instance.raw(), view(config), call.context()));
  }
  // For the first engine that it knows; null JSON when it knows none.
  std::pair<std::string, Json> rendered() {
    for (const char* engine : engines)
      if (const auto answer = render(engine); answer.outcome.ok()) return {engine, answer.json()};
    return {};
  }
  std::vector<std::string> secrets() const {
    std::vector<std::string> found;
    const auto properties = given().manifest.at("output_schema").value("properties", Json::object());
    for (const auto& [name, property] : properties.items())
      if (property.value("x-secret", false) && given().output_config.contains(name))
        found.push_back(given().output_config[name].get<std::string>());
    return found;
  }

  const wyv_output_v1* table_ = nullptr;
  std::string config_;
};

TEST_F(Output, HasEveryFunction) {
  EXPECT_GE(table_->struct_size, sizeof(wyv_output_v1));
  EXPECT_NE(table_->check, nullptr);
  EXPECT_NE(table_->claims, nullptr);
  EXPECT_NE(table_->render, nullptr);
  EXPECT_NE(table_->requirements, nullptr);
}

TEST_F(Output, AcceptsItsExample) { EXPECT_TRUE(is_ok(check(config_))); }

TEST_F(Output, RefusesAConfigurationThatIsNotJson) { EXPECT_TRUE(is(WYV_INVALID, check("{\"a\":"))); }

TEST_F(Output, SaysWhatIsWrongWithAConfiguration) {
  const auto outcome = check("{\"a\":");
  if (outcome.ok()) GTEST_SKIP() << "it accepts anything";
  ASSERT_EQ(outcome.reports.size(), 1U);
  EXPECT_FALSE(outcome.reports[0].message.empty());
}

TEST_F(Output, ClaimsAnArrayOfText) {
  const auto answer = claims();
  ASSERT_TRUE(is_ok(answer.outcome));
  const auto json = answer.json();
  ASSERT_TRUE(json.is_array()) << answer.text;
  for (const auto& claim : json) EXPECT_TRUE(claim.is_string() && !claim.get<std::string>().empty()) << claim;
}

TEST_F(Output, ClaimsTheSameForTheSame) {
  const auto first = claims();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(claims().text, first.text) << "of call " << i;
  Instance other(host, "other");
  ASSERT_TRUE(is_ok(other.create()));
  TextSink sink;
  RecordedCall call;
  (void)table_->claims(other.raw(), view(config_), sink.get(), call.context());
  EXPECT_EQ(sink.text(), first.text) << "of another instance";
}

TEST_F(Output, ClaimsNothingTwice) {
  const auto json = claims().json();
  for (auto claim = json.begin(); claim != json.end(); ++claim)
    EXPECT_EQ(std::find(json.begin(), claim, *claim), claim) << *claim;
}

TEST_F(Output, NamesWhatItClaims) {
  for (const auto& claim : claims().json()) {
    if (!claim.is_string()) continue;
    EXPECT_NE(claim.get<std::string>().find(':'), std::string::npos)
        << claim << ": a claim begins with what it is, such as srt: or decklink:";
  }
}

TEST_F(Output, IsRenderedForAnEngine) {
  EXPECT_FALSE(rendered().first.empty()) << "neither gstreamer nor casparcg can make it";
}

TEST_F(Output, IsRenderedForGstreamerAsElements) {
  const auto answer = render("gstreamer");
  if (answer.outcome.status == WYV_UNSUPPORTED) GTEST_SKIP() << "not for gstreamer";
  ASSERT_TRUE(is_ok(answer.outcome));
  const auto json = answer.json();
  ASSERT_TRUE(json.is_object()) << answer.text;
  EXPECT_TRUE(json.value("takes", "") == "mpegts" || json.value("takes", "") == "flv" ||
              json.value("takes", "") == "raw")
      << "takes: " << json.value("takes", Json());
  EXPECT_TRUE(json.value("splits", Json(false)).is_boolean()) << "splits: " << json.value("splits", Json());
  const auto elements = json.value("elements", Json::array());
  ASSERT_FALSE(elements.empty()) << "elements";
  for (const auto& element : elements) {
    EXPECT_TRUE(element.is_object() && !element.value("factory", "").empty()) << element;
    EXPECT_TRUE(element.value("properties", Json::object()).is_object()) << element;
  }
  if (json.contains("watch")) {
    EXPECT_LT(json["watch"].value("element", std::size_t{0}), elements.size()) << "watch.element";
  }
}

TEST_F(Output, IsRenderedTheSameEachTime) {
  const auto [engine, first] = rendered();
  if (engine.empty()) GTEST_SKIP() << "for no engine";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(render(engine).json(), first);
}

TEST_F(Output, RefusesAnUnknownEngine) { EXPECT_TRUE(is(WYV_UNSUPPORTED, render("no-such-engine").outcome)); }

TEST_F(Output, NamesItsEnginesInTheRefusal) {
  const auto [engine, json] = rendered();
  const auto refusal = render("no-such-engine").outcome;
  if (engine.empty() || refusal.reports.empty()) GTEST_SKIP() << "for no engine, or without a report";
  EXPECT_NE(refusal.reports[0].message.find(engine), std::string::npos) << refusal.reports[0].message;
}

TEST_F(Output, WritesNothingWithAFailure) {
  const auto refusal = render("no-such-engine");
  if (refusal.outcome.ok()) GTEST_SKIP() << "it does not refuse";
  EXPECT_EQ(refusal.text, "");
}

TEST_F(Output, RequiresWhatAContainerCanBeGiven) {
  const auto answer = requirements();
  ASSERT_TRUE(is_ok(answer.outcome));
  const auto json = answer.json();
  ASSERT_TRUE(json.is_object()) << answer.text;
  for (const char* list : {"devices", "mounts", "ports"})
    EXPECT_TRUE(json.value(list, Json::array()).is_array()) << list;
  EXPECT_TRUE(json.value("env", Json::object()).is_object()) << "env";
}

TEST_F(Output, MarksItsSecrets) {
  const auto [engine, json] = rendered();
  if (engine != "gstreamer" || secrets().empty()) GTEST_SKIP() << "its example has no secret (x-secret)";
  const auto marked = json.value("secrets", Json::array());
  const auto elements = json.value("elements", Json::array());
  for (const auto& element : elements) {
    const Json properties = element.value("properties", Json::object());
    for (const auto& [name, value] : properties.items()) {
      for (const auto& secret : secrets()) {
        if (!value.is_string() || value.get<std::string>().find(secret) == std::string::npos) continue;
        EXPECT_NE(std::find(marked.begin(), marked.end(), name), marked.end())
            << "the property '" << name << "' holds a secret and is not in `secrets`";
      }
    }
  }
}

TEST_F(Output, ShowsNoSecretInItsAddress) {
  const auto [engine, json] = rendered();
  if (engine.empty() || secrets().empty()) GTEST_SKIP() << "its example has no secret (x-secret)";
  for (const auto& secret : secrets()) EXPECT_EQ(json.value("address", "").find(secret), std::string::npos);
}

TEST_F(Output, LogsNoSecret) {
  if (secrets().empty()) GTEST_SKIP() << "its example has no secret (x-secret)";
  (void)check(config_);
  (void)rendered();
  (void)claims();
  for (const auto& line : host.lines())
    for (const auto& secret : secrets())
      EXPECT_EQ((line.message + line.fields).find(secret), std::string::npos) << line.message;
}

TEST_F(Output, AnswersBeforeAndAfterItsTimeOnAir) {
  const auto before = claims().text;
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  EXPECT_EQ(claims().text, before) << "while it is started";
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_EQ(claims().text, before) << "after stop";
}

}  // namespace
}  // namespace wyvern::conformance
