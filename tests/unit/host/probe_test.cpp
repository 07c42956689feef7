#include "host/probe.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "host/catalogue.hpp"
#include "host/probe_cache.hpp"
#include "scratch.hpp"

namespace wyvern::host {
namespace {

using test::read_file;
using test::Scratch;
using testing::AllOf;
using testing::HasSubstr;

class Probe : public testing::Test {
 protected:
  Result<void> run(const std::string& fixture, ProbeOptions options) {
    const auto path = scratch_.add(fixture);
    PluginInfo info;
    info.id = fixture;
    info.path = path;
    return probe(info, options);
  }
  Result<void> run(const std::string& fixture) { return run(fixture, scratch_.probe_options()); }
  std::string reason(const std::string& fixture) {
    const auto probed = run(fixture);
    return probed ? "" : probed.error().message;
  }
  bool is_quarantined(const std::string& fixture) {
    const auto catalogue = Catalogue::scan({scratch_ / "plugins"}, scratch_ / "cache");
    for (const auto& plugin : catalogue.plugins())
      if (plugin.id == fixture) return plugin.state == PluginState::quarantined;
    return false;
  }

  Scratch scratch_;
};

TEST_F(Probe, OfAGoodPluginPassesAndIsRemembered) {
  ASSERT_EQ(reason("actor"), "");
  auto options = scratch_.probe_options();
  options.command = {"/bin/false"};
  EXPECT_TRUE(run("actor", options)) << "a second probe ran the child again";
}

TEST_F(Probe, LooksAgainWhenTheBytesChange) {
  ASSERT_EQ(reason("actor"), "");
  auto options = scratch_.probe_options();
  options.command = {"/bin/false"};
  const auto path = scratch_.add("actor");
  std::ofstream(path, std::ios::app) << "one more byte";
  PluginInfo info;
  info.id = "actor";
  info.path = path;
  EXPECT_FALSE(probe(info, options));
}

TEST_F(Probe, DoesNotBelieveTheVerdictOfAnotherKernelBuild) {
  ASSERT_EQ(reason("actor"), "");
  for (const auto& record : std::filesystem::directory_iterator(scratch_ / "cache")) {
    auto verdict = Json::parse(read_file(record.path()));
    verdict["kernel"] = "another";
    test::write_file(record.path(), verdict.dump());
  }
  auto options = scratch_.probe_options();
  options.command = {"/bin/false"};
  EXPECT_FALSE(run("actor", options));
}

TEST_F(Probe, QuarantinesAPluginThatCrashesWithItsSignalAndLastWords) {
  EXPECT_THAT(reason("crash-in-constructor"), AllOf(HasSubstr("crash-in-constructor"), HasSubstr("SIGABRT"),
                                                    HasSubstr("the licence file is missing"), HasSubstr("--retry")));
  EXPECT_TRUE(is_quarantined("crash-in-constructor"));
}

TEST_F(Probe, QuarantinesAPluginWhoseEntryCrashesOrEndsTheProcess) {
  EXPECT_THAT(reason("crash-in-entry"), HasSubstr("SIGSEGV"));
  EXPECT_THAT(reason("exit-in-entry"), HasSubstr("status 7"));
  EXPECT_TRUE(is_quarantined("crash-in-entry"));
  EXPECT_TRUE(is_quarantined("exit-in-entry"));
}

// Gone, or dead and waiting for whoever adopted it.
bool is_dead(const std::string& process) {
  const auto stat = read_file("/proc/" + process + "/stat");
  return stat.empty() || stat.find(") Z ") != std::string::npos || stat.find(") X ") != std::string::npos;
}

TEST_F(Probe, EndsAHangingPluginAndWhateverItStarted) {
  const auto child_file = scratch_ / "child";
  ::setenv("FIXTURE_CHILD_FILE", child_file.c_str(), 1);
  auto options = scratch_.probe_options();
  options.deadline = std::chrono::seconds(2);
  const auto probed = run("hang-in-entry", options);
  ::unsetenv("FIXTURE_CHILD_FILE");
  ASSERT_FALSE(probed);
  EXPECT_THAT(probed.error().message, HasSubstr("longer than 2000 ms"));
  EXPECT_TRUE(is_quarantined("hang-in-entry"));
  const auto child = read_file(child_file);
  ASSERT_FALSE(child.empty());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_dead(child) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_TRUE(is_dead(child));
}

TEST_F(Probe, OfAQuarantinedPluginAnswersFromTheCache) {
  const auto first = reason("crash-in-constructor");
  auto options = scratch_.probe_options();
  options.command = {"/bin/true"};
  const auto again = run("crash-in-constructor", options);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, first);
}

TEST_F(Probe, NamesTheSymbolThatIsMissingAndDoesNotKeepThat) {
  EXPECT_THAT(reason("undefined-symbol"), HasSubstr("found_in_no_library"));
  EXPECT_FALSE(is_quarantined("undefined-symbol"));
}

TEST_F(Probe, NamesWhatDiffersFromTheManifest) {
  EXPECT_THAT(reason("wrong-id"), HasSubstr("id differs: the code says 'another-id', the manifest 'wrong-id'"));
  EXPECT_THAT(reason("wrong-magic"), HasSubstr("magic is 0x0000000000004d5a"));
  EXPECT_THAT(reason("older-major"), HasSubstr("major is older"));
  EXPECT_THAT(reason("newer-minor"), HasSubstr("minor is newer"));
  EXPECT_THAT(reason("no-entry"), HasSubstr("does not export wyvern_plugin"));
  EXPECT_THAT(reason("no-manifest"), HasSubstr("no section .wyvern.manifest"));
}

TEST_F(Probe, WorksWithoutACache) {
  auto options = scratch_.probe_options();
  options.cache_dir.clear();
  EXPECT_TRUE(run("actor", options));
}

TEST_F(Probe, WithAProgramThatIsNotThereBlamesTheProgram) {
  auto options = scratch_.probe_options();
  options.command = {"/no/such/program"};
  const auto probed = run("actor", options);
  ASSERT_FALSE(probed);
  EXPECT_THAT(probed.error().message, HasSubstr("/no/such/program"));
  EXPECT_FALSE(is_quarantined("actor"));
}

}  // namespace
}  // namespace wyvern::host
