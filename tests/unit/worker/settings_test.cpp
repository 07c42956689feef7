#include "worker/settings.hpp"

#include "scene.hpp"

namespace wyvern::worker::testing {
namespace {

TEST(TheWorkerSection, IsReadWithItsDefaults) {
  const auto all = parse_settings(section("/spool")).or_throw();
  EXPECT_EQ(all.channel_id, "c1");
  EXPECT_EQ(all.epoch, 1);
  EXPECT_EQ(all.engine, "main");
  EXPECT_EQ(all.on_loss, Settings::OnLoss::stay);
  EXPECT_TRUE(all.resume);
}

TEST(TheWorkerSection, NamesEveryFaultyField) {
  Json faulty = section("/spool");
  faulty.erase("epoch");
  faulty["lease"] = {{"on_loss", "panic"}};
  faulty["channel"]["format"]["rate_num"] = 0;
  const auto result = parse_settings(faulty);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "worker.settings");
  for (const char* field : {"worker/epoch", "worker/lease/on_loss", "worker/channel/format/rate_num"}) {
    EXPECT_NE(result.error().message.find(field), std::string::npos) << field << " in " << result.error().message;
  }
}

TEST(TheWorkerSection, MayNotNameTwoChannels) {
  Json faulty = section("/spool");
  faulty["channel_id"] = "another";
  EXPECT_FALSE(parse_settings(faulty));
}

}  // namespace
}  // namespace wyvern::worker::testing
