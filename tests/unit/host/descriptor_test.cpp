#include "host/descriptor.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "wyvern/view.hpp"

namespace wyvern::host {
namespace {

using testing::HasSubstr;

class Descriptor : public testing::Test {
 protected:
  // Why a descriptor is refused that is right but for one change.
  std::string reason_after(const std::function<void(wyv_plugin&)>& change) {
    static constexpr wyv_view kinds[] = {{"output", 6}, {"store", 5}};
    wyv_plugin plugin{};
    plugin.magic = WYV_PLUGIN_MAGIC;
    plugin.struct_size = sizeof plugin;
    plugin.abi_major = WYV_ABI_MAJOR;
    plugin.abi_minor = WYV_ABI_MINOR;
    plugin.id = view("one");
    plugin.version = view("1.0.0");
    plugin.kinds = kinds;
    plugin.kind_count = 2;
    plugin.create = [](const wyv_host*, wyv_view, wyv_view, wyv_view, wyv_instance**, const wyv_context*) {
      return wyv_status{WYV_UNSUPPORTED};
    };
    plugin.prepare = plugin.start = plugin.drain =
        plugin.stop = [](wyv_instance*, const wyv_context*) { return wyv_status{WYV_OK}; };
    plugin.destroy = [](wyv_instance*) {};
    plugin.service = [](wyv_instance*, wyv_view) -> const void* { return nullptr; };
    change(plugin);
    const Json manifest{{"id", "one"},
                        {"version", "1.0.0"},
                        {"kinds", {"store", "output"}},
                        {"abi", {{"major", WYV_ABI_MAJOR}, {"minor", WYV_ABI_MINOR}}}};
    const auto checked = check_descriptor(&plugin, manifest);
    return checked ? "" : checked.error().message;
  }
};

TEST_F(Descriptor, ThatAgreesWithTheManifestIsTakenInAnyOrderOfKinds) {
  EXPECT_EQ(reason_after([](wyv_plugin&) {}), "");
}

TEST_F(Descriptor, ThatIsLongerThanThisKernelKnowsIsTaken) {
  EXPECT_EQ(reason_after([](wyv_plugin& plugin) { plugin.struct_size += 8; }), "");
}

TEST_F(Descriptor, ThatIsNullIsRefused) {
  const auto checked = check_descriptor(nullptr, Json::object());
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("returned null"));
}

TEST_F(Descriptor, NamesTheFieldThatDiffers) {
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.magic = 1; }), HasSubstr("magic is 0x0000000000000001"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.struct_size = 16; }), HasSubstr("struct_size is 16"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.abi_major = 9; }), HasSubstr("major is newer"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.abi_major = 0; }), HasSubstr("major is older"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.abi_minor = 9; }), HasSubstr("minor is newer"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.id = view("two"); }),
              HasSubstr("id differs: the code says 'two', the manifest 'one'"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.version = view("2.0.0"); }), HasSubstr("version differs"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.kind_count = 1; }), HasSubstr("kinds differ"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.kinds = nullptr; }), HasSubstr("kinds"));
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.stop = nullptr; }), HasSubstr("stop of the descriptor"));
}

TEST_F(Descriptor, WithAnAbsurdLengthIsNotRead) {
  EXPECT_THAT(reason_after([](wyv_plugin& plugin) { plugin.id.size = ~0ULL; }), HasSubstr("id of the descriptor has"));
}

}  // namespace
}  // namespace wyvern::host
