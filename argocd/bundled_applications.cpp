#include "argocd/bundled_applications.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "argocd/application_set.h"
#include "core/error.h"
#include "core/yaml/reader.h"

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
  std::vector<std::string> words;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

std::string ClusterApplications::folder() const {
  return cluster.empty() ? "apps" : fmt::format("{}/{}/apps", kClustersFolder, cluster);
}

std::vector<ClusterApplications> read_applications(const FileTree& bundle) {
  std::vector<ClusterApplications> clusters;
  for (const auto& [path, file] : bundle.files()) {
    const std::optional<std::string> cluster = cluster_of(path);
    if (!cluster) continue;
    if (clusters.empty() || clusters.back().cluster != *cluster) clusters.push_back({*cluster, {}, false});
    ClusterApplications& group = clusters.back();
    BundledApplication read{path.text(), yaml::parse(file.bytes, path.text()).to_value()};
    const std::string kind = read.text({"kind"});
    if (kind == "ApplicationSet") {
      group.has_application_set = true;
      for (Value& application : applications_of(read.value, path.text()))
        group.applications.push_back({path.text(), std::move(application)});
    } else if (kind == "Application") {
      group.applications.push_back(std::move(read));
    } else {
      refuse(fmt::format("'{}' is no Application", path.text()));
    }
  }
  if (clusters.empty()) refuse(fmt::format("no Applications in '{}': this is no bundle for Argo CD", kFilesFolder));
  for (const ClusterApplications& group : clusters) {
    if (group.applications.empty()) refuse(fmt::format("no Applications in '{}'", group.folder()));
  }
  return clusters;
}

}  // namespace waybill::argocd
