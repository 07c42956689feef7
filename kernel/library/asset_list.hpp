// Finding assets: by name, state and project, newest first, page by page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "library/asset.hpp"
#include "operations/page.hpp"
#include "store/store.hpp"

namespace wyvern::library {

struct AssetQuery {
  operations::Page page;
  std::optional<std::string> text = {};  // part of the filename, without regard to case
  std::optional<std::string> status = {};
  std::optional<std::string> project_id = {};
  // What the caller may view.
  bool every_project = false;
  bool without_project = false;
  std::vector<std::string> projects = {};  // when not every_project
};

// Throws Refusal 400 when there is nothing to page from.
std::vector<Asset> list_assets(store::Session& session, const AssetQuery& query);

}  // namespace wyvern::library
