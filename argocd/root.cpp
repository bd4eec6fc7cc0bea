#include "argocd/root.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "argocd/application.h"
#include "argocd/placeholder.h"
#include "argocd/project.h"
#include "argocd/render.h"
#include "core/error.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kFilesFolder = "apps/files";
constexpr std::string_view kOciScheme = "oci://";

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorCode::InvalidInput, message).hint(std::move(hint));
}

// The address is printed inside quotes of YAML and read by Helm and Argo CD: nothing that any of them gives a meaning.
void check_words(std::string_view text, std::string_view what) {
  constexpr std::size_t kLongest = 2048;
  const bool clean = !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"'\\`$<>{}|^,*").find(c) == std::string_view::npos;
  });
  if (!clean)
    refuse(fmt::format(
        "the {} of a bundle's place must be printable ASCII without blanks, quotes, '$', ',', '*' or braces", what));
  if (holds_placeholder(text))
    refuse(fmt::format("the {} of a bundle's place holds a word that Argo CD would replace", what));
}

void check_place(const Place& place) {
  check_words(place.repo_url, "address");
  check_words(place.revision, "revision");
  // Whoever hands it to git must not find an option or a command in it: "--upload-pack=…", "ext::…".
  const bool is_option = place.repo_url.starts_with("-") || place.revision.starts_with("-");
  if (is_option || place.repo_url.find("::") < place.repo_url.find_first_of("/[")) {
    refuse("the address and revision of a bundle's place must not begin with '-' or name a program of git's");
  }
  const std::size_t scheme = place.repo_url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = place.repo_url.substr(host, place.repo_url.find('/', host) - host).find('@');
  const bool has_user = at != std::string::npos;
  const bool is_ssh = scheme == std::string::npos || place.repo_url.starts_with("ssh://");
  if (has_user && (!is_ssh || place.repo_url.substr(host, at).find(':') != std::string::npos)) {
    refuse("the address of a bundle's place holds credentials", "put them into a repository Secret");
  }
  const bool is_oci = place.repo_url.starts_with(kOciScheme);
  if (is_oci && !place.path.empty()) refuse("a bundle in a registry has no path: it is the whole artifact");
  if (!place.path.empty()) {
    static_cast<void>(RelPath::parse(place.path));
    // It is printed at the beginning of a plain scalar, so it must not begin like anything else.
    const bool plain = std::all_of(place.path.begin(), place.path.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("._-/+=").find(c) != std::string_view::npos;
    });
    if (!plain || std::string_view("-+=").find(place.path.front()) != std::string_view::npos) {
      refuse(
          fmt::format("the path '{}' of a bundle's place holds more than letters, digits and . _ - / + =", place.path));
    }
  }
}

struct Child {
  std::string file;
  Value value;
  // Throws InvalidInput when a step is missing.
  [[nodiscard]] const Value& at(std::initializer_list<std::string> keys) const {
    const std::vector<std::string> path(keys);
    const Value* found = value.find_path(path);
    if (found == nullptr) refuse(fmt::format("'{}' is no Application of a bundle: no '{}'", file, path.back()));
    return *found;
  }
  [[nodiscard]] std::string text(std::initializer_list<std::string> keys) const {
    const Value& found = at(keys);
    if (!found.is_string())
      refuse(fmt::format("'{}' is no Application of a bundle: '{}' is no text", file, *(keys.end() - 1)));
    return found.as_string();
  }
  [[nodiscard]] std::vector<std::string> annotation(std::string_view name) const {
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
};

std::vector<Child> read_children(const FileTree& bundle) {
  static const RelPath folder = RelPath::parse(kFilesFolder);
  std::vector<Child> children;
  for (const auto& [path, file] : bundle.files()) {
    if (!path.is_within(folder)) continue;
    Child child{path.text(), yaml::parse(file.bytes, path.text()).to_value()};
    if (child.text({"kind"}) != "Application") refuse(fmt::format("'{}' is no Application", path.text()));
    children.push_back(std::move(child));
  }
  if (children.empty()) refuse(fmt::format("no Applications in '{}': this is no bundle for Argo CD", kFilesFolder));
  return children;
}

ProjectInput collect(const std::vector<Child>& children, const Place& place) {
  ProjectInput input;
  input.name = children.front().text({"spec", "project"});
  input.root = input.name + "-root";
  input.name_space = children.front().text({"metadata", "namespace"});
  input.bundle_repository = place.repo_url;
  // Argo CD asks for it when it creates a component's namespace.
  input.cluster_kinds.insert({"", "Namespace"});
  for (const Child& child : children) {
    if (child.text({"spec", "project"}) != input.name || child.text({"metadata", "namespace"}) != input.name_space) {
      refuse(fmt::format("'{}' belongs to another project or namespace than the other Applications", child.file));
    }
    const std::string repository = child.text({"spec", "source", "repoURL"});
    input.repositories.insert(repository == kRepoUrlWord ? place.repo_url : repository);
    const std::string server = child.text({"spec", "destination", "server"});
    const std::string name_space = child.at({"spec", "destination"}).text_or("namespace", "");
    if (!name_space.empty()) input.destinations.emplace(server, name_space);
    for (const std::string& other : child.annotation(kNamespaces)) input.destinations.emplace(server, other);
    for (const std::string& kind : child.annotation(kClusterResources))
      input.cluster_kinds.insert(parse_group_kind(kind));
  }
  return input;
}

Value source(const Place& place) {
  const std::string prefix = place.path.empty() ? "" : place.path + "/";
  // Argo CD fills in its own repository and the revision that it resolved, so children are pinned to what the root was
  // made from.
  const Value parameters =
      Value::list({Value::map({{"name", "repoURL"}, {"value", "$ARGOCD_APP_SOURCE_REPO_URL"}}),
                   Value::map({{"name", "revision"}, {"value", "$ARGOCD_APP_REVISION"}, {"forceString", true}})});
  return Value::map(
      {{"repoURL", place.repo_url},
       {"targetRevision", place.revision},
       {"path", prefix + "apps"},
       {"helm", Value::map({{"parameters", parameters}, {"valuesObject", Value::map({{"path", prefix}})}})}});
}

// `retry` is that of the components: it holds only what the Argo CD that the bundle was written for knows.
Value root_application(const ProjectInput& input, const Place& place, Value retry) {
  Value metadata = Value::map({{"name", input.root},
                               {"namespace", input.name_space},
                               {"labels", Value::map({{"app.kubernetes.io/managed-by", "waybill"}})},
                               {"finalizers", Value::list({"resources-finalizer.argocd.argoproj.io"})}});
  // What a person changes to pause a component, and what Argo CD itself writes. Only the comparison leaves it out: with
  // RespectIgnoreDifferences, Argo CD before 3.4.7 would apply a component's own status to it as well, and its
  // operation could stay Running for ever.
  Value ignored = Value::list({Value::map(
      {{"group", "argoproj.io"},
       {"kind", "Application"},
       {"jsonPointers", Value::list({"/spec/syncPolicy/automated", "/metadata/annotations/argocd.argoproj.io~1refresh",
                                     "/operation"})}})});
  Value policy = Value::map({{"automated", Value::map({{"enabled", true}, {"prune", true}, {"selfHeal", true}})},
                             {"syncOptions", Value::list({"ServerSideApply=true"})},
                             {"retry", std::move(retry)}});
  constexpr int kRevisionsKept = 5;
  return Value::map(
      {{"apiVersion", "argoproj.io/v1alpha1"},
       {"kind", "Application"},
       {"metadata", std::move(metadata)},
       {"spec", Value::map({{"project", input.root},
                            {"source", source(place)},
                            {"destination", Value::map({{"server", kInCluster}, {"namespace", input.name_space}})},
                            {"syncPolicy", std::move(policy)},
                            {"ignoreDifferences", std::move(ignored)},
                            {"revisionHistoryLimit", kRevisionsKept}})}});
}

}  // namespace

std::string project_name(std::string_view cluster) { return cluster.empty() ? "waybill" : std::string(cluster); }

std::string root_name(std::string_view cluster) { return project_name(cluster) + "-root"; }

std::string root_document(const FileTree& bundle, const Place& place) {
  check_place(place);
  const std::vector<Child> children = read_children(bundle);
  const ProjectInput input = collect(children, place);
  return yaml::write(component_project(input)) + "---\n" + yaml::write(root_project(input)) + "---\n" +
         yaml::write(root_application(input, place, children.front().at({"spec", "syncPolicy", "retry"})));
}

}  // namespace waybill::argocd
