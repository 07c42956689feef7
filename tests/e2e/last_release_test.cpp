// A station updates the kernel before its plugins, or the reverse: a channel of such a mixture on air.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "air.hpp"
#include "stream_analyser.hpp"
#include "wyvern/abi/base.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using wyvern::media::ExpectedItem;
using wyvern::test::Air;
using wyvern::test::Deployment;
using Json = nlohmann::json;

const fs::path released = WYVERN_RELEASED "/usr";
const fs::path built = WYVERN_BUILD_DIR;

int minor_of_the_release() {
  const std::string header = wyvern::test::read_file(released / "include/wyvern/abi/base.h");
  std::smatch found;
  if (!std::regex_search(header, found, std::regex("define WYV_ABI_MINOR ([0-9]+)")))
    throw std::runtime_error("base.h");
  return std::stoi(found[1]);
}

void expect_two_items_on_air(Air& air) {
  air.make_channel();
  const std::vector<std::string> assets{air.asset(1), air.asset(2)};
  const auto playlist = air.wyvern.playlist(air.channel, assets);
  air.start();
  air.play(playlist);
  const auto rows = air.await_rows(4);
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) EXPECT_EQ(rows[i]["result"], "played") << rows[i];
  const auto report =
      wyvern::media::analyse(air.received(), {ExpectedItem{air.clip(1)}, ExpectedItem{air.clip(2)}}, 25, 1);
  EXPECT_EQ(report.lost, 0) << report.text();
  EXPECT_EQ(report.doubled, 0) << report.text();
  EXPECT_GE(report.items, 1) << report.text();
}

TEST(LastRelease, ItsPluginsPlayInThisKernel) {
  Air air({.sections = {{"plugin_dirs", {(released / "lib/wyvern").string()}}}});
  expect_two_items_on_air(air);
}

TEST(LastRelease, ThesePluginsPlayInItsKernelOrAreRefusedByTheirMinor) {
  const Deployment::Options options{.sections = {{"plugin_dirs", {(built / "lib/wyvern").string()}}},
                                    .start = false,
                                    .program = released / "bin/wyvernd"};
  if (minor_of_the_release() < WYV_ABI_MINOR) {
    Deployment wyvern(options);
    const auto [status, output] = wyvern.run_to_end();
    EXPECT_EQ(status, 1);
    EXPECT_THAT(output, HasSubstr("minor is newer than this kernel's"));
    return;
  }
  Air air(options);
  air.wyvern.start();
  expect_two_items_on_air(air);
}

}  // namespace
