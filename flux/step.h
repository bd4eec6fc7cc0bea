#pragma once
// The steps in which Flux rolls a component out: each is a Flux Kustomization, which applies one folder and is ready
// when everything in it is. A component has one for its chart, and one for each part of its manifests that has to come
// before or after something else:
//
//   hooks before | kinds that every cluster has | chart | custom resources, which the chart defines | hooks after
#include <map>
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/component_traits.h"
#include "generator/plan.h"

namespace waybill::flux {

struct Step {
  std::string name;                     // of the Kustomization and of its folder
  std::string component;                // that it belongs to
  std::string folder;                   // "components/x" or "manifests/x-before"; empty: not of this bundle
  FileTree files;                       // of the folder
  std::vector<std::string> depends_on;  // names of steps
  Value health_checks = Value::list();
  // Of a step that applies another repository's folder: the GitRepository, its folder, and the namespace that
  // everything in it goes to (empty: as it says itself).
  std::string repository;
  std::string path;
  std::string target_namespace;
};

// In the plan's order; each step comes after all that it depends on. `traits` are by component. Throws InvalidInput,
// naming component and field, for what Flux cannot express: a release without namespace, hooks of a removal, names that
// are too long or meet.
[[nodiscard]] std::vector<Step> make_steps(const Plan& plan, const std::map<std::string, ComponentTraits>& traits,
                                           std::string_view recipe_digest);

}  // namespace waybill::flux
