#pragma once
// The names that a store or a registry has.
#include <string>
#include <vector>

#include "app/workflow/stores.h"

namespace waybill {

struct ListRequest {
  std::string target;  // any target but a path; "oci://HOST": the repositories of a registry
  bool all = false;    // also tags that are made from digests: signatures, lists of referrers
  ConnectionOptions connection;
};

struct Listing {
  std::string target;
  bool repositories = false;  // what `names` are; else tags
  std::vector<std::string> names;
};

// NotFound for a repository without any tag, and for a registry that does not list its repositories.
[[nodiscard]] Listing list_tags(const ListRequest& request, const Services& services);

// {"target", "tags" or "repositories"}
[[nodiscard]] Value to_value(const Listing& listing);

}  // namespace waybill
