#pragma once
// The Applications that a bundle's tree holds, read back from its files: for the root and projects that belong to them,
// and for the simulation of their rollout.
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"

namespace waybill::argocd {

struct BundledApplication {
  std::string file;
  Value value;

  // Both throw InvalidInput, naming the file, when a step is missing or, for text, no text.
  [[nodiscard]] const Value& at(std::initializer_list<std::string> keys) const;
  [[nodiscard]] std::string text(std::initializer_list<std::string> keys) const;
  // The words of an annotation that lists them with commas; none when there is no such annotation.
  [[nodiscard]] std::vector<std::string> annotation(std::string_view name) const;
};

struct ClusterApplications {
  std::string cluster;                           // empty: the bundle's only one
  std::vector<BundledApplication> applications;  // not empty
  bool has_application_set = false;              // an ApplicationSet makes them
  bool deletes_in_order = true;                  // the last wave first; an ApplicationSet of Argo CD 3.1 does not
  [[nodiscard]] std::string folder() const;      // "apps", "clusters/west/apps"
};

// In byte order of the clusters; never empty. Throws InvalidInput, naming the file, for a tree that holds no
// Applications or something else in their place.
[[nodiscard]] std::vector<ClusterApplications> read_applications(const FileTree& bundle);

}  // namespace waybill::argocd
