#include "people.hpp"

namespace wyvern::test {

PeopleContract::Told PeopleContract::raw(const std::string& method, const std::string& path, const Json& body,
                                         const std::string& headers) const {
  RawClient client(static_cast<std::uint16_t>(std::stoi(wyvern.root().substr(wyvern.root().rfind(':') + 1))));
  const std::string text = body.is_null() ? "" : body.dump();
  client.send(method + " /api/v1" + path + " HTTP/1.1\r\nHost: t\r\n" + headers +
              (text.empty()
                   ? ""
                   : "Content-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) + "\r\n") +
              "\r\n" + text);
  const auto answer = client.read();
  return {answer.status, Json::parse(answer.body, nullptr, false), answer.header("set-cookie")};
}

std::string PeopleContract::person(const std::string& name, const Json& fields) const {
  Json body = {{"name", name}, {"password", usual_password}};
  body.merge_patch(fields);
  const auto made = wyvern.call("POST", "/users", body);
  EXPECT_EQ(made.status, 201) << made.text;
  return made.body["id"];
}

std::string PeopleContract::project(const std::string& name) const {
  const auto made = wyvern.call("POST", "/projects", {{"name", name}});
  EXPECT_EQ(made.status, 201) << made.text;
  return made.body["id"];
}

void PeopleContract::allow(const std::string& project, const std::string& person, const std::string& permission) const {
  const auto given =
      wyvern.call("POST", "/projects/" + project + "/access", {{"person_id", person}, {"permission", permission}});
  EXPECT_EQ(given.status, 200) << given.text;
}

std::string PeopleContract::token(const std::string& person, const Json& fields) const {
  Json body = {{"name", "for a test"}, {"person_id", person}};
  body.merge_patch(fields);
  const auto made = wyvern.call("POST", "/tokens", body);
  EXPECT_EQ(made.status, 201) << made.text;
  return made.body["token"];
}

std::string PeopleContract::sign_in(const std::string& name, const std::string& password) const {
  const auto answer = login({{"name", name}, {"password", password}, {"as", "token"}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  return answer.body.value("token", "");
}

}  // namespace wyvern::test
