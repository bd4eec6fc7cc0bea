#pragma once
// What rolls a bundle out: the only place that knows which deployers there are and which room renders for each.
//
//   const std::unique_ptr<Deployer> deployer = make_deployer(request.deployer);
//   FileTree files = deployer->render(plan, recipe);
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill {

// What the user chose. What is empty has the deployer's default; what belongs to another deployer is refused.
struct DeployerRequest {
  std::string name = "argocd";
  std::string argocd_version;         // "3.5"
  std::vector<std::string> clusters;  // NAME[=SERVER]; none: the cluster that the deployer runs in
  std::string cluster_file;           // a YAML mapping of names to addresses, in addition
  std::string ordering;               // waves or rollingsync
};

class Deployer {
 public:
  virtual ~Deployer() = default;
  Deployer(const Deployer&) = delete;
  Deployer& operator=(const Deployer&) = delete;

  // What was chosen, for bundle.json: whoever reads the bundle can render it again.
  [[nodiscard]] virtual Value options() const = 0;
  // The files of the bundle, before it is sealed. Throws InvalidInput, naming component and field, for what this
  // deployer cannot express.
  [[nodiscard]] virtual FileTree render(const Plan& plan, const Recipe& recipe) const = 0;

 protected:
  Deployer() = default;
};

[[nodiscard]] std::vector<std::string> deployer_names();
// Throws InvalidInput for a deployer that there is not, with the nearest right name, and for options that are malformed
// or not this deployer's.
[[nodiscard]] std::unique_ptr<Deployer> make_deployer(const DeployerRequest& request);

// Where a bundle lies.
struct Place {
  std::string repo_url;          // as the deployer reads it
  std::string path;              // the bundle's folder in a git repository; empty: the top
  std::string revision;          // branch, tag or digest
  std::string bundle_digest;     // shown beside the root; empty: not known
  std::string cluster;           // of a bundle for several: only its root; empty: a root for each
  bool application_set = false;  // of a bundle for several: one set that makes the roots
  std::string secret;            // of the deployer that names the Secret with the place's credentials; empty: none
};

// The objects that start a bundle's rollout at a place, as YAML. Empty for a deployer that is not started by objects in
// a cluster. Throws InvalidInput for a bundle of an unknown deployer and for a place that it cannot be rolled out from.
[[nodiscard]] std::string root_document(std::string_view deployer, const FileTree& bundle, const Place& place);

// Whether the deployer can read a repository at this address at all: file:// means nothing to one that runs elsewhere.
// Throws InvalidInput for an unknown deployer.
[[nodiscard]] bool can_read(std::string_view deployer, std::string_view repo_url);

}  // namespace waybill
