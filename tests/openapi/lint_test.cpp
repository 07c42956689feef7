// The document that a real wyvernd emits, as strangers' tools read it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "deployment.hpp"

namespace wyvern::test {
namespace {

// What the linter says of the document; empty when that is nothing bad.
std::string faults_of(const Json& document, const std::filesystem::path& folder) {
  const auto file = folder / "openapi.json";
  std::ofstream(file) << document.dump(2);
  const auto report = folder / "report";
  const std::string command = WYVERN_SOURCE_DIR "/tests/openapi/lint '" + file.string() +
                              "' '" WYVERN_BUILD_DIR "/redocly' > '" + report.string() + "' 2>&1";
  return std::system(command.c_str()) == 0 ? std::string() : read_file(report);
}

TEST(OpenApiDocument, IsCleanToTheLinter) {
  const Deployment wyvern;
  const auto document = wyvern.call("GET", "/openapi.json");
  ASSERT_EQ(document.status, 200);
  EXPECT_EQ(faults_of(document.body, wyvern.folder()), "");
}

TEST(OpenApiDocument, HasFaultsThatTheLinterSees) {
  const Deployment wyvern;
  Json document = wyvern.call("GET", "/openapi.json").body;
  document["components"]["schemas"].erase("Error");
  EXPECT_NE(faults_of(document, wyvern.folder()).find("Can't resolve $ref"), std::string::npos);
}

}  // namespace
}  // namespace wyvern::test
