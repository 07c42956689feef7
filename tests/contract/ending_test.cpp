// The end of a controller.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "contract.hpp"

namespace wyvern::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Ending, OfAControllerWithAPluginThatDoesNotReturnComesNevertheless) {
  const TemporaryFolder folder;
  const std::string gate = (folder.path() / "gate").string();
  ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);  // nobody will open its other end
  Deployment::Options options;
  options.sections = {{"plugin_dirs", {std::string(WYVERN_BUILD_DIR) + "/lib/wyvern", FIXTURES_DIR}},
                      {"runtimes", {{"stuck", {{"plugin", "actor"}, {"hang_in", "stop"}, {"gate", gate}}}}}};
  Deployment wyvern(options);
  EXPECT_THAT([&] { wyvern.stop(); }, ThrowsMessage<std::runtime_error>(HasSubstr("ended badly")));
  EXPECT_THAT(wyvern.log(), HasSubstr("the process ends at once: a plugin is stuck: runtime 'stuck' (actor)"));
}

}  // namespace
}  // namespace wyvern::test
