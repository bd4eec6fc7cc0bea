#include "argocd/bundled_applications.h"

#include <fmt/core.h>

#include <optional>

#include "argocd/application_set.h"
#include "core/error.h"
#include "core/yaml/reader.h"
#include "generator/annotations.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kFilesFolder = "apps/files";
constexpr std::string_view kClustersFolder = "clusters";

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::InvalidInput, message); }

// The cluster that a file's folder belongs to; nullopt for files that are no Applications.
std::optional<std::string> cluster_of(const RelPath& path) {
  static const RelPath only = RelPath::parse(kFilesFolder);
  static const RelPath several = RelPath::parse(kClustersFolder);
  if (path.is_within(only)) return std::string();
  if (!path.is_within(several)) return std::nullopt;
  const std::string& text = path.text();
  const std::size_t start = kClustersFolder.size() + 1;
  const std::size_t end = text.find('/', start);
  if (end == std::string::npos || !text.substr(end + 1).starts_with(fmt::format("{}/", kFilesFolder)))
    return std::nullopt;
  return text.substr(start, end - start);
}

// Where a file's Applications belong; files come in byte order, so a new cluster is the last one. Null pointer for
// files that are no Applications.
ClusterApplications* group_of(const RelPath& path, std::vector<ClusterApplications>& clusters) {
  const std::optional<std::string> cluster = cluster_of(path);
  if (!cluster) return nullptr;
  if (clusters.empty() || clusters.back().cluster != *cluster) clusters.emplace_back().cluster = *cluster;
  return &clusters.back();
}

// One Application, or all that an ApplicationSet makes.
void add_file(const std::string& file, const std::string& text, ClusterApplications& group) {
  BundledApplication read{file, yaml::parse(text, file).to_value()};
  const std::string kind = read.text({"kind"});
  if (kind == "ApplicationSet") {
    group.has_application_set = true;
    group.deletes_in_order = deletes_in_reverse(read.value);
    for (Value& application : applications_of(read.value, file))
      group.applications.push_back({file, std::move(application)});
  } else if (kind == "Application") {
    group.applications.push_back(std::move(read));
  } else {
    refuse(fmt::format("'{}' is no Application", file));
  }
}

}  // namespace

const Value& BundledApplication::at(std::initializer_list<std::string> keys) const {
  const std::vector<std::string> path(keys);
  const Value* found = value.find_path(path);
  if (found == nullptr) refuse(fmt::format("'{}' is no Application of a bundle: no '{}'", file, path.back()));
  return *found;
}

std::string BundledApplication::text(std::initializer_list<std::string> keys) const {
  const Value& found = at(keys);
  if (!found.is_string())
    refuse(fmt::format("'{}' is no Application of a bundle: '{}' is no text", file, *(keys.end() - 1)));
  return found.as_string();
}

std::vector<std::string> BundledApplication::annotation(std::string_view name) const {
  const std::string text = at({"metadata", "annotations"}).text_or(name, "");
  return text.empty() ? std::vector<std::string>() : words_of(text);
}

std::string ClusterApplications::folder() const {
  return cluster.empty() ? "apps" : fmt::format("{}/{}/apps", kClustersFolder, cluster);
}

std::vector<ClusterApplications> read_applications(const FileTree& bundle) {
  std::vector<ClusterApplications> clusters;
  for (const auto& [path, file] : bundle.files()) {
    if (ClusterApplications* group = group_of(path, clusters)) add_file(path.text(), file.bytes, *group);
  }
  if (clusters.empty()) refuse(fmt::format("no Applications in '{}': this is no bundle for Argo CD", kFilesFolder));
  for (const ClusterApplications& group : clusters) {
    if (group.applications.empty()) refuse(fmt::format("no Applications in '{}'", group.folder()));
  }
  return clusters;
}

}  // namespace waybill::argocd
