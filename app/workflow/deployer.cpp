#include "app/workflow/deployer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "app/workflow/deployer_kinds.h"
#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

struct Kind {
  std::string_view name;
  std::unique_ptr<Deployer> (*make)(const DeployerRequest&);
  std::string (*root)(const FileTree&, const Place&);  // null: nothing in a cluster starts it
  bool (*reads)(std::string_view repo_url);            // null: every address
};

// The default first.
constexpr std::array kKinds{
    Kind{"argocd", make_argocd_deployer, argocd_root, nullptr},
    Kind{"flux", make_flux_deployer, flux_root, flux_reads},
    Kind{"helm", make_helm_deployer, nullptr, nullptr},
};

const Kind& find_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
  if (found == kKinds.end())
    throw Error(ErrorCode::InvalidInput, fmt::format("no deployer '{}'", name))
        .hint(suggestion(name, deployer_names()));
  return *found;
}

}  // namespace

std::vector<std::string> deployer_names() {
  std::vector<std::string> names;
  names.reserve(kKinds.size());
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::unique_ptr<Deployer> make_deployer(const DeployerRequest& request) {
  return find_kind(request.name).make(request);
}

std::string root_document(std::string_view deployer, const FileTree& bundle, const Place& place) {
  const Kind& kind = find_kind(deployer);
  return kind.root == nullptr ? std::string() : kind.root(bundle, place);
}

bool can_read(std::string_view deployer, std::string_view repo_url) {
  const Kind& kind = find_kind(deployer);
  return kind.reads == nullptr || kind.reads(repo_url);
}

}  // namespace waybill
